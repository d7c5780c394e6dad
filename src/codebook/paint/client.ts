/** The slow part of painting, in a worker of its own: rankings of codes, and mixing latents. The first call starts it. */
import { proxy, wrap, type Remote } from 'comlink';
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
  let started: { worker: Worker; api: Remote<PaintWorker>; failed: Promise<never>; opened: Set<string> } | null = null;
  const start = () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'paint' });
    const failed = new Promise<never>((_, reject) => {
      worker.onerror = (event) => {
        started = null;
        reject(new Error(`The painting worker did not start: ${event.message || 'its script could not be loaded'}.`));
      };
      ended = reject;
    });
    failed.catch(() => undefined);
    return { worker, api: wrap<PaintWorker>(worker), failed, opened: new Set<string>() };
  };
  let ended: (reason: Error) => void = () => undefined;
  const live = () => (started ??= start());

  return {
    async ladders({ key, rows, size, cosine }, codes, count) {
      const { api, failed, opened } = live();
      if (!opened.has(key)) {
        opened.add(key);
        await Promise.race([api.openSpace(key, rows, size, cosine), failed]);
      }
      return Promise.race([api.ladders(key, codes, count), failed]);
    },
    async mix({ quantizer, from, to, steps }, onStep, signal) {
      signal.throwIfAborted();
      const { api, failed } = live();
      const tell = proxy((step: MixStep) => {
        if (!signal.aborted) onStep(step);
        return !signal.aborted;
      });
      await Promise.race([api.mix(quantizer, from, to, steps, tell), failed]);
      signal.throwIfAborted();
    },
    dispose() {
      ended(new DOMException('The painting worker was put away.', 'AbortError'));
      started?.worker.terminate();
      started = null;
    },
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
