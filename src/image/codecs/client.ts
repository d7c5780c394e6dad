import { proxy } from 'comlink';
import { createWorkerLink } from '../../workers/link';
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
  const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'codecs' });
  const link = createWorkerLink<CodecWorker>(start, 'codec worker');
  let nextId = 0;
  return {
    match(picture, codec, { budgetBytes, count, signal, onTrial }) {
      const id = nextId++;
      const options = count ? { budgetBytes, count } : { budgetBytes };
      return link.run(
        (api) => api.match(id, picture, codec, options, onTrial && proxy(onTrial)) as Promise<RateMatch>,
        { signal, onAbort: (api) => void api.cancel(id) },
      );
    },
    dispose: () => link.dispose(),
  };
}
