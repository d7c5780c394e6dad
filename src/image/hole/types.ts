/** Holes in pictures. Pure data. */
import type { RgbaImage } from '../picture';
import type { Picture, Rect } from '../types';

/** A picture's hole, one byte a pixel, row-major: 0 is known, anything above is hidden from the model; 255 is all hole, less a soft edge. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** How an answer meets the picture around it. Outside the mask the picture's own pixels stay in any case. */
export type Blend = 'none' | 'feather' | 'poisson';

/** A place in a picture, in pixels; pixel (0, 0) covers 0 to 1 and has its centre at 0.5. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An RGBA picture that owns its memory: an ImageData takes it, and a worker gets it without a copy. Colours are not premultiplied. */
export interface StraightImage extends RgbaImage {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** What a model works on: the part `rect` of a picture (which may reach beyond it), at `picture`'s size. */
export interface Prepared {
  readonly rect: Rect;
  /** Opaque, on white, with a stand-in under the hole: nothing of what was hidden is in it. */
  readonly picture: Picture;
  /** 255 in the hole, 0 elsewhere, one byte a pixel of `picture`. */
  readonly hole: Uint8Array<ArrayBuffer>;
}
