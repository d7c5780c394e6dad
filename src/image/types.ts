/** Opaque RGBA picture, 8 bits a channel, row-major. Structurally an ImageData, but needs no DOM. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** How a picture is made square: centre crop, or whole with a white border. */
export type Fit = 'cover' | 'contain';

/** A rectangle in pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
