// Resumable uploads of many files, a few at a time (docs/api-uploads.md). The only file that knows
// tus-js-client.

import { Upload, type DetailedError } from 'tus-js-client';
import { fetchUpload } from './api';
import { ApiError } from '../api';
import { isPassing, retryDelay } from '../backoff';

const kAtOnce = 2; // more would only share the line
const kChunk = 64 * 1024 * 1024;
const kLook = 500; // milliseconds between questions what has become of it

export type Stage = 'waiting' | 'going' | 'paused' | 'lost' | 'arrived' | 'done' | 'refused' | 'failed';

export interface UploadState {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly stage: Stage;
  /** With `done` the entry, if it belongs to one; with `refused` and `failed` why. */
  readonly detail: string;
}

export const isOver = ({ stage }: UploadState): boolean =>
  stage === 'done' || stage === 'refused' || stage === 'failed';

/** What belongs to a film by its name, and is refused as long as there is no such film. */
export const goesWithFilm = (name: string): boolean =>
  /\.(srt|vtt|ass|ssa|sub|idx|smi|sami|sbv|ttml|dfxp|xml|txt|json)$/i.test(name);

interface Running {
  state: UploadState;
  readonly upload: Upload;
  /** Nobody has said to which entry it belongs: its film has to be there first. */
  readonly follows: boolean;
  failures: number;
  timer?: number;
}

/** Goes on while the page is open, whichever view is shown; a file chosen again later goes on, too. */
export class Uploads {
  private readonly all = new Map<number, Running>();
  private last = 0;
  private readonly listeners = new Set<() => void>();
  private shown: readonly UploadState[] = [];

  constructor() {
    window.addEventListener('online', () => {
      for (const running of this.all.values()) if (running.state.stage === 'lost') this.start(running);
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.shown.some((upload) => !isOver(upload) && upload.stage !== 'arrived')) event.preventDefault();
    });
  }

  readonly list = (): readonly UploadState[] => this.shown;

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(files: readonly File[], metadata: Readonly<Record<string, string>> = {}): readonly number[] {
    const ids: number[] = [];
    for (const file of files) {
      const id = ++this.last;
      ids.push(id);
      const upload = new Upload(file, {
        endpoint: '/api/v1/uploads',
        metadata: { filename: file.name, ...metadata },
        chunkSize: kChunk,
        retryDelays: null, // this class knows better when the network is back
        removeFingerprintOnSuccess: true,
        onProgress: (sent) => this.change(id, { sent, stage: 'going' }),
        onError: (error) => this.onError(id, error),
        onSuccess: () => {
          this.change(id, { sent: file.size, stage: 'arrived' });
          this.startNext();
          void this.untilTakenIn(id);
        },
      });
      const state: UploadState = {
        id, name: metadata['filename'] ?? file.name, size: file.size, sent: 0, stage: 'waiting', detail: '',
      };
      const follows = goesWithFilm(state.name) && metadata['entry'] === undefined;
      this.all.set(id, { state, upload, follows, failures: 0 });
    }
    this.tell();
    this.startNext();
    return ids;
  }

  /** Uploads one file, and waits for what becomes of it; one that is given up is "failed" without a reason. */
  send(file: File, metadata: Readonly<Record<string, string>>): Promise<Pick<UploadState, 'stage' | 'detail'>> {
    const [id] = this.add([file], metadata);
    return new Promise((resolve) => {
      const stop = this.listen(() => {
        const now = this.shown.find((upload) => upload.id === id) ?? { stage: 'failed' as const, detail: '' };
        if (now.stage !== 'failed' && now.stage !== 'done' && now.stage !== 'refused') return;
        stop();
        resolve(now);
      });
    });
  }

  async pause(id: number): Promise<void> {
    const running = this.all.get(id);
    if (!running) return;
    window.clearTimeout(running.timer);
    await running.upload.abort();
    this.change(id, { stage: 'paused' });
    this.startNext();
  }

  resume(id: number): void {
    const running = this.all.get(id);
    if (running) this.start(running);
  }

  /** What has arrived of it is thrown away. */
  async giveUp(id: number): Promise<void> {
    const running = this.all.get(id);
    if (!running) return;
    window.clearTimeout(running.timer);
    this.all.delete(id);
    this.tell();
    // What the server does not hear of it forgets by itself when it expires.
    await running.upload.abort(true).catch(() => {});
    this.startNext();
  }

  clear(): void {
    for (const [id, { state }] of this.all) if (isOver(state)) this.all.delete(id);
    this.tell();
  }

  private startNext(): void {
    let going = [...this.all.values()].filter(({ state }) => state.stage === 'going').length;
    const films = [...this.all.values()].some(
      ({ state, follows }) => !follows && !isOver(state) && state.stage !== 'paused');
    for (const running of this.all.values()) {
      if (going >= kAtOnce) return;
      if (running.state.stage !== 'waiting' || (running.follows && films)) continue;
      this.start(running);
      ++going;
    }
  }

  private start(running: Running): void {
    window.clearTimeout(running.timer);
    this.change(running.state.id, { stage: 'going', detail: '' });
    const { upload } = running;
    if (upload.url) {
      upload.start();
      return;
    }
    // The same file, begun before this page was loaded.
    void upload.findPreviousUploads().then((previous) => {
      const newest = previous.sort((a, b) => b.creationTime.localeCompare(a.creationTime))[0];
      if (newest) upload.resumeFromPreviousUpload(newest);
      upload.start();
    });
  }

  private onError(id: number, error: Error | DetailedError): void {
    const running = this.all.get(id);
    if (!running) return;
    const response = 'originalResponse' in error ? error.originalResponse : null;
    const status = response?.getStatus() ?? 0;
    if (isPassing(status) && status !== 507) {
      this.change(id, { stage: 'lost' });
      running.timer = window.setTimeout(() => this.start(running), retryDelay(running.failures++));
      return;
    }
    this.change(id, { stage: 'failed', detail: detailOf(response?.getBody() ?? '') || error.message });
    this.startNext();
  }

  private async untilTakenIn(id: number): Promise<void> {
    const url = this.all.get(id)?.upload.url;
    for (let failures = 0; url && this.all.has(id); ) {
      try {
        const { state, entry, reason } = await fetchUpload(url);
        failures = 0;
        if (state === 'done') return this.change(id, { stage: 'done', detail: entry ?? '' });
        if (state === 'refused') return this.change(id, { stage: 'refused', detail: reason ?? '' });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!isPassing(error.status)) return this.change(id, { stage: 'failed', detail: error.message });
        await wait(retryDelay(failures++));
      }
      await wait(kLook);
    }
  }

  private change(id: number, change: Partial<UploadState>): void {
    const running = this.all.get(id);
    if (!running) return;
    if ((change.sent ?? 0) > running.state.sent) running.failures = 0;
    running.state = { ...running.state, ...change };
    this.tell();
    if (isOver(running.state)) this.startNext();
  }

  private tell(): void {
    this.shown = [...this.all.values()].map(({ state }) => state);
    for (const listener of this.listeners) listener();
  }
}

const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => window.setTimeout(resolve, milliseconds));

/** What a problem document says. */
function detailOf(body: string): string {
  try {
    return (JSON.parse(body) as { detail?: string }).detail ?? '';
  } catch {
    return '';
  }
}
