import { createWorkerLink } from '../../workers/link';
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
  const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'measure' });
  const link = createWorkerLink<MeasureWorker>(start, 'measuring worker');
  return {
    measure: (a, b) => link.run((api) => api.measure(a, b)),
    dispose: () => link.dispose(),
  };
}

/** The same on the spot, for tests. */
export const measureHere: MeasureClient = {
  measure: (a, b) => Promise.resolve({ psnr: psnr(a, b), ssim: ssim(a, b) }),
  dispose: () => undefined,
};
