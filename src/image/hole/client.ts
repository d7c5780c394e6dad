import type { Remote } from 'comlink';
import { createWorkerLink } from '../../workers/link';
import type { RgbaImage } from '../picture';
import { detectFormat, PictureError } from '../sniff';
import type { Picture, Rect } from '../types';
import { decodeRgba } from './files';
import type { Blend, Mask, Prepared, StraightImage } from './types';
import type { HoleWorker } from './worker';

export interface HoleCall {
  readonly signal?: AbortSignal;
}

/**
 * The slow part of filling holes, in a worker of its own. The first call starts it. Pictures and masks are copied to it; results come back
 * without a copy. Every call rejects with an AbortError after its `signal` fired or `dispose`; what the worker is at then is finished there,
 * and thrown away.
 */
export interface HoleClient {
  /** Sends the picture that `prepare` and `compose` work on; it replaces the one before. */
  open(image: RgbaImage, call?: HoleCall): Promise<void>;
  /**
   * The part `rect` of the open picture for a model of `size` x `size` pixels (see `prepareSquare`); with `size` null at its own scale, in
   * whole multiples of `factor` pixels (see `prepareWhole`).
   */
  prepare(mask: Mask, rect: Rect, size: number | null, factor: number, call?: HoleCall): Promise<Prepared>;
  /** The open picture with an answer under its mask, whole: see `composeAnswer`. */
  compose(mask: Mask, rect: Rect, answer: Picture, blend: Blend, call?: HoleCall): Promise<StraightImage>;
  /** See `growMask`. */
  grow(mask: Mask, pixels: number, call?: HoleCall): Promise<Mask>;
  /** See `encodeRgbaPng`. */
  png(image: RgbaImage, call?: HoleCall): Promise<Blob>;
  /** See `decodeRgba`. An SVG is drawn on the page, which has a document. */
  decode(blob: Blob, call?: HoleCall): Promise<StraightImage>;
  /** Ends the worker and frees its memory; calls under way reject with an AbortError. */
  dispose(): void;
}

/** Enough to tell an SVG by its first tag. */
const HEAD_BYTES = 65_536;

export function createHoleClient(): HoleClient {
  const start = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'hole' });
  const link = createWorkerLink<HoleWorker>(start, 'picture worker');
  const run = <T>(call: HoleCall, send: (api: Remote<HoleWorker>) => Promise<T>) => link.run(send, call);

  return {
    open: ({ width, height, data }, call = {}) => run(call, (api) => api.open({ width, height, data })),
    prepare: (mask, rect, size, factor, call = {}) => run(call, (api) => api.prepare(mask, rect, size, factor)),
    compose: (mask, rect, answer, blend, call = {}) => run(call, (api) => api.compose(mask, rect, answer, blend)),
    grow: (mask, pixels, call = {}) => run(call, (api) => api.grow(mask, pixels)),
    png: ({ width, height, data }, call = {}) => run(call, (api) => api.png({ width, height, data })),
    async decode(blob, call = {}) {
      const head = await blob
        .slice(0, HEAD_BYTES)
        .arrayBuffer()
        // What cannot be read is told by the worker.
        .catch(() => new ArrayBuffer(0));
      if (detectFormat(new Uint8Array(head)) === 'svg') return decodeRgba(blob, call);
      const { image, refused } = await run(call, (api) => api.decode(blob));
      if (refused) throw new PictureError(refused.kind, refused.message);
      return image!;
    },
    dispose: () => link.dispose(),
  };
}
