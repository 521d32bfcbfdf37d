// Media playlists of subtitles (RFC 8216bis section 4.4), as far as a reader of cues needs them. Pure.

export interface Segment {
  /** Media sequence number: names the segment for good. */
  readonly sequence: number;
  readonly url: string;
  /** In seconds. */
  readonly duration: number;
  /**
   * When it begins: milliseconds since 1970 where the playlist has dates, else milliseconds since
   * the first segment.
   */
  readonly start: number;
}

export interface MediaPlaylist {
  /** Whether `start` is a date. */
  readonly dated: boolean;
  /** Whether it will list no more. */
  readonly complete: boolean;
  readonly segments: readonly Segment[];
}

/** `base` is the playlist's own address. Lines that are not understood are passed over. */
export function parseMediaPlaylist(text: string, base: string): MediaPlaylist {
  const segments: Segment[] = [];
  let sequence = 0;
  let duration = 0;
  let start = 0;
  let dated = false;
  let complete = false;
  for (const line of text.split(/\r?\n/)) {
    const [tag, value = ''] = splitOnce(line);
    if (tag === '#EXT-X-MEDIA-SEQUENCE') {
      sequence = Number.parseInt(value, 10) || 0;
    } else if (tag === '#EXT-X-PROGRAM-DATE-TIME') {
      const date = Date.parse(value);
      if (!Number.isNaN(date)) {
        start = date;
        dated = true;
      }
    } else if (tag === '#EXTINF') {
      duration = Number.parseFloat(value) || 0;
    } else if (tag === '#EXT-X-ENDLIST') {
      complete = true;
    } else if (line !== '' && !line.startsWith('#')) {
      segments.push({ sequence: sequence++, url: new URL(line, base).href, duration, start });
      start += duration * 1000;
    }
  }
  return { dated, complete, segments };
}

function splitOnce(line: string): [string, string?] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line] : [line.slice(0, colon), line.slice(colon + 1)];
}
