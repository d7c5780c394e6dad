import { createWorkerLink } from '../../workers/link';
import type { ResizedCodebook } from '../types';
import type { CountedCodebook, ResizeMethod } from './types';
import type { ResizeWorker } from './worker';

export interface ResizeCall {
  readonly signal?: AbortSignal;
}

/**
 * Smaller codebooks, made in a worker of their own. The first call starts it. Every call rejects with an AbortError after its `signal` fired or
 * `dispose`; what the worker is at then is finished there, and thrown away.
 */
export interface ResizeClient {
  /**
   * All levels of a model in `size` codes (a level that has fewer stays whole). The first question about `key` sends the codebooks and builds what
   * is needed; the last few keys are kept, and answered at once.
   * @param key what the books follow from: the model and whose use was counted
   * @throws Error with the words of a RangeError, where sizes do not fit
   */
  resize(
    key: string,
    books: readonly CountedCodebook[],
    size: number,
    method: ResizeMethod,
    call?: ResizeCall,
  ): Promise<ResizedCodebook[]>;
  /** Ends the worker and frees its memory; calls under way reject with an AbortError. */
  dispose(): void;
}

export function createResizeClient(): ResizeClient {
  const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'codebook-resize' });
  const link = createWorkerLink<ResizeWorker>(start, 'codebook worker');
  return {
    resize: (key, books, size, method, call = {}) =>
      link.run(async (api) => {
        const known = await api.resize(key, size, method);
        if (known) return known;
        await api.open(key, books);
        const made = await api.resize(key, size, method);
        if (!made) throw new Error(`The codebook worker has forgotten ${key}.`);
        return made;
      }, call),
    dispose: () => link.dispose(),
  };
}
