// Keeps the player's memory bounded however long a channel is watched.

import Hls, {
  type HlsConfig,
  type LoaderCallbacks,
  type LoaderConfiguration,
  type PlaylistLoaderContext,
} from 'hls.js';

type PlaylistLoader = NonNullable<HlsConfig['pLoader']>;

/**
 * Asks for whole playlists, where hls.js would ask for what is new. What it puts together from such parts keeps alive the
 * text of each: an hour of them, every one with the dates of all that was on in an hour.
 */
export class WholePlaylistLoader extends (Hls.DefaultConfig.loader as unknown as PlaylistLoader) {
  override load(
    context: PlaylistLoaderContext,
    config: LoaderConfiguration,
    callbacks: LoaderCallbacks<PlaylistLoaderContext>,
  ): void {
    const url = new URL(context.url, location.href);
    url.searchParams.delete('_HLS_skip');
    super.load({ ...context, url: url.href }, config, callbacks);
  }
}
