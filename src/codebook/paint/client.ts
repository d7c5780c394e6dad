/** The slow part of painting, in a worker of its own: rankings of codes, and mixing latents. The first call starts it. */
import { proxy } from 'comlink';
import { createWorkerLink } from '../../workers/link';
import { mixSteps, type Latents, type MixStep, type Quantizer } from './quantize';
import { CodeSpace } from './space';
import type { PaintWorker } from './worker';

/** One codebook, named. */
export interface NamedCodebook {
  /** Names it for as long as the client lives. */
  readonly key: string;
  /** [size, codeDim] */
  readonly rows: Float32Array;
  readonly size: number;
  readonly cosine: boolean;
}

export interface MixRequest {
  readonly quantizer: Quantizer;
  readonly from: Latents;
  readonly to: Latents;
  /** Steps in all, both ends included: at least 2. */
  readonly steps: number;
}

export interface PaintClient {
  /** For each code its `count` nearest, itself first: see `CodeSpace.nearest`. */
  ladders(codebook: NamedCodebook, codes: readonly number[], count: number): Promise<Int32Array[]>;
  /** Tells every step as it is made; ends early, and rejects with an AbortError, when `signal` fires. */
  mix(request: MixRequest, onStep: (step: MixStep) => void, signal: AbortSignal): Promise<void>;
  /** Ends the worker; calls under way reject with an AbortError. */
  dispose(): void;
}

/** @throws (rejects) Error that says what to do where the worker does not start */
export function createPaintClient(): PaintClient {
  const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'paint' });
  const link = createWorkerLink<PaintWorker>(start, 'painting worker');
  /** Codebooks that a worker has. */
  const opened = new WeakMap<object, Set<string>>();
  return {
    ladders: ({ key, rows, size, cosine }, codes, count) =>
      link.run(async (api) => {
        const keys = opened.get(api) ?? new Set<string>();
        opened.set(api, keys);
        if (!keys.has(key)) {
          keys.add(key);
          await api.openSpace(key, rows, size, cosine);
        }
        return api.ladders(key, codes, count);
      }),
    async mix({ quantizer, from, to, steps }, onStep, signal) {
      signal.throwIfAborted();
      const tell = proxy((step: MixStep) => {
        if (!signal.aborted) onStep(step);
        return !signal.aborted;
      });
      // The worker is waited for: it ends at its next step, and is free for another mix then.
      await link.run((api) => api.mix(quantizer, from, to, steps, tell));
      signal.throwIfAborted();
    },
    dispose: () => link.dispose(),
  };
}

/** The same on the spot, for tests. */
export function createPaintClientHere(): PaintClient {
  const spaces = new Map<string, CodeSpace>();
  return {
    ladders({ key, rows, size, cosine }, codes, count) {
      const space = spaces.get(key) ?? new CodeSpace(rows, size, cosine);
      spaces.set(key, space);
      return Promise.resolve(codes.map((code) => space.nearest(code, count)));
    },
    async mix({ quantizer, from, to, steps }, onStep, signal) {
      for (const step of mixSteps(quantizer, from, to, steps)) {
        signal.throwIfAborted();
        onStep(step);
        await Promise.resolve();
      }
    },
    dispose: () => undefined,
  };
}
