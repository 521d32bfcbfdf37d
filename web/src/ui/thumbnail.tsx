// One picture of a film's strip.

import type { Thumbnails } from '../api';
import { thumbnailAt } from '../schedule';

/** As wide as its box, which must have the width of `width` pixels. */
export function Thumbnail(props: {
  readonly thumbnails: Thumbnails;
  /** Into the film. */
  readonly seconds: number;
  readonly width: number;
}) {
  const { thumbnails, seconds, width } = props;
  const scale = width / thumbnails.tile_width;
  const at = thumbnailAt(thumbnails, seconds);
  const column = at % thumbnails.columns;
  const row = Math.floor(at / thumbnails.columns);
  const height = thumbnails.tile_height * scale;
  return (
    <span
      class="thumbnail"
      data-number={at}
      aria-hidden="true"
      style={{
        width: `${width}px`,
        height: `${height}px`,
        backgroundImage: `url("${thumbnails.url}")`,
        backgroundSize: `${Math.min(thumbnails.columns, thumbnails.count) * width}px auto`,
        backgroundPosition: `${-column * width}px ${-row * height}px`,
      }}
    />
  );
}
