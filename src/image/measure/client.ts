import { wrap, type Remote } from 'comlink';
import { psnr, ssim } from '../metrics';
import type { Picture } from '../types';
import type { MeasureWorker } from './worker';

/** How alike two pictures of one size are. */
export interface Likeness {
  /** dB; Infinity for equal pictures. */
  readonly psnr: number;
  readonly ssim: number;
}

/** Compares pictures in a worker of its own; the first call starts it. */
export interface MeasureClient {
  /** Rejects where the pictures differ in size or the worker does not start; with an AbortError after `dispose`. */
  measure(a: Picture, b: Picture): Promise<Likeness>;
  dispose(): void;
}

export function createMeasureClient(): MeasureClient {
  let started: {
    worker: Worker;
    api: Remote<MeasureWorker>;
    failed: Promise<never>;
    end: (why: Error) => void;
  } | null = null;
  const start = () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'measure' });
    let end: (why: Error) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      end = reject;
      worker.onerror = (event) => {
        started = null;
        reject(new Error(`The measuring worker did not start: ${event.message || 'its script could not be loaded'}.`));
      };
    });
    // Whoever waits for it hears of it; nobody has to.
    failed.catch(() => undefined);
    return { worker, api: wrap<MeasureWorker>(worker), failed, end };
  };
  return {
    measure(a, b) {
      const { api, failed } = (started ??= start());
      return Promise.race([api.measure(a, b), failed]);
    },
    dispose() {
      started?.end(new DOMException('The measuring worker was put away.', 'AbortError'));
      started?.worker.terminate();
      started = null;
    },
  };
}

/** The same on the spot, for tests. */
export const measureHere: MeasureClient = {
  measure: (a, b) => Promise.resolve({ psnr: psnr(a, b), ssim: ssim(a, b) }),
  dispose: () => undefined,
};
