/** A worker beside the page, and calls to it that can be given up. */
import { wrap, type Remote } from 'comlink';

export interface WorkerCall<Api> {
  readonly signal?: AbortSignal | undefined;
  /** Told when the call is given up while the worker lives on. */
  readonly onAbort?: (api: Remote<Api>) => void;
}

export interface WorkerLink<Api> {
  /**
   * Starts the worker where it is not running, and asks it something. Rejects with an AbortError after the call's signal fired or `dispose`; what the
   * worker is at then is finished there, and thrown away.
   * @param send gets the same `api` for as long as one worker lives
   * @throws (rejects) Error that names the worker where it does not start
   */
  run<T>(send: (api: Remote<Api>) => Promise<T>, call?: WorkerCall<Api>): Promise<T>;
  /** Ends the worker and frees its memory; calls under way reject with an AbortError, and the next one starts another. */
  dispose(): void;
}

/**
 * @param start makes the worker; written as `new Worker(new URL('./worker.ts', import.meta.url), ...)` where it stands, since Vite bundles a worker only
 *   where it is one expression
 * @param name for messages: 'picture worker'
 */
export function createWorkerLink<Api>(start: () => Worker, name: string): WorkerLink<Api> {
  let started: { worker: Worker; api: Remote<Api>; failed: Promise<never>; end: AbortController } | null = null;

  const open = () => {
    const worker = start();
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = (event) => {
        started = null;
        reject(new Error(`The ${name} did not start: ${event.message || 'its script could not be loaded'}.`));
      };
    });
    // Whoever waits for it hears of it; nobody has to.
    failed.catch(() => undefined);
    return { worker, api: wrap<Api>(worker), failed, end: new AbortController() };
  };

  return {
    async run(send, { signal, onAbort } = {}) {
      signal?.throwIfAborted();
      const { api, failed, end } = (started ??= open());
      const cancelled = AbortSignal.any(signal ? [signal, end.signal] : [end.signal]);
      const aborted = new Promise<never>((_, reject) => {
        cancelled.addEventListener(
          'abort',
          () => {
            if (!end.signal.aborted) onAbort?.(api);
            reject(cancelled.reason as Error);
          },
          { once: true },
        );
      });
      return Promise.race([send(api), failed, aborted]);
    },
    dispose() {
      started?.end.abort();
      started?.worker.terminate();
      started = null;
    },
  };
}
