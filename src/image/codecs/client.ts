import { proxy, wrap, type Remote } from 'comlink';
import type { Picture } from '../types';
import type { CodecName, RateMatch } from './rateMatch';
import type { CodecWorker } from './worker';

export type { CodecName, RateMatch };

export interface MatchOptions {
  readonly budgetBytes: number;
  /** See `RateMatchOptions.count`. */
  readonly count?: 'payload' | 'file';
  readonly signal?: AbortSignal;
  /** Called before each encoding with the number of those already made. */
  readonly onTrial?: (trial: number) => void;
}

export interface CodecClient {
  /**
   * The codec's best picture in the budget, searched in a worker. The first call loads the worker and the codec.
   * @throws AbortError after `signal` fired; it stops between two encodings.
   */
  match(picture: Picture, codec: CodecName, options: MatchOptions): Promise<RateMatch>;
  /** Ends the worker and frees its memory; calls under way reject with an AbortError. */
  dispose(): void;
}

export function createCodecClient(): CodecClient {
  let started: { worker: Worker; api: Remote<CodecWorker>; failed: Promise<never>; end: AbortController } | null = null;
  let nextId = 0;

  const start = () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'codecs' });
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = (event) => {
        started = null;
        reject(new Error(`The codec worker did not start: ${event.message || 'its script could not be loaded'}.`));
      };
    });
    // Whoever waits for it hears of it; nobody has to.
    failed.catch(() => undefined);
    return { worker, api: wrap<CodecWorker>(worker), failed, end: new AbortController() };
  };

  return {
    async match(picture, codec, { budgetBytes, count, signal, onTrial }) {
      signal?.throwIfAborted();
      const { api, failed, end } = (started ??= start());
      const id = nextId++;
      const cancelled = AbortSignal.any(signal ? [signal, end.signal] : [end.signal]);
      const aborted = new Promise<never>((_, reject) => {
        cancelled.addEventListener('abort', () => {
          if (!end.signal.aborted) void api.cancel(id);
          reject(cancelled.reason as Error);
        });
      });
      const options = count ? { budgetBytes, count } : { budgetBytes };
      const result = api.match(id, picture, codec, options, onTrial && proxy(onTrial)) as Promise<RateMatch>;
      return Promise.race([result, failed, aborted]);
    },
    dispose() {
      started?.end.abort();
      started?.worker.terminate();
      started = null;
    },
  };
}
