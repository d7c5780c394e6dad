/** Canvases of a picture's own size, painted where they changed and a little at a time, so that no task is long. */
import { takeRows, unionBox, type Box, type Size } from './geometry';

/** An RGBA picture; colours are not premultiplied. */
export interface ImageLike extends Size {
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** One byte a pixel; 255 is hole. */
export interface MaskLike extends Size {
  readonly data: Uint8Array;
}

/** Pixels painted in one frame: some milliseconds. */
const FRAME_PIXELS = 600_000;
/** Larger pictures are shown by fewer pixels: some browsers have no larger canvas. */
const MOST_CANVAS_PIXELS = 16_000_000;

/** Pixels of the picture for one of its canvas, per side. */
export const thinningOf = ({ width, height }: Size): number =>
  Math.max(1, Math.ceil(Math.sqrt((width * height) / MOST_CANVAS_PIXELS)));

/** Tints of a mask: two, in stripes, so that it shows on any picture. RGB, 0 .. 255. */
export interface Tint {
  readonly stripes: readonly [readonly number[], readonly number[]];
}

export interface Layer {
  /** Paints this part anew, soon. In pixels of the picture. */
  readonly touch: (box: Box) => void;
  readonly dispose: () => void;
}

/** Calls `paint` with rows of what was touched, once a frame, until all is painted. */
function painter(canvas: HTMLCanvasElement, paint: (context: CanvasRenderingContext2D, box: Box) => void): Layer {
  const context = canvas.getContext('2d');
  let waiting: Box | null = null;
  let frame = 0;
  const run = () => {
    frame = 0;
    if (!waiting || !context) return;
    const { now, rest } = takeRows(waiting, FRAME_PIXELS);
    waiting = rest;
    paint(context, now);
    if (waiting) frame = requestAnimationFrame(run);
  };
  return {
    touch(box) {
      waiting = unionBox(waiting, box);
      frame ||= requestAnimationFrame(run);
    },
    dispose() {
      cancelAnimationFrame(frame);
      waiting = null;
    },
  };
}

/** A part of the picture in pixels of its canvas, within it. */
function onCanvas(box: Box, canvas: Size, thin: number): Box {
  const x = Math.max(0, Math.floor(box.x / thin));
  const y = Math.max(0, Math.floor(box.y / thin));
  return {
    ...{ x, y },
    width: Math.min(canvas.width, Math.ceil((box.x + box.width) / thin)) - x,
    height: Math.min(canvas.height, Math.ceil((box.y + box.height) / thin)) - y,
  };
}

function sized(canvas: HTMLCanvasElement, { width, height }: Size): number {
  const thin = thinningOf({ width, height });
  canvas.width = Math.ceil(width / thin);
  canvas.height = Math.ceil(height / thin);
  return thin;
}

/** The picture on a canvas. */
export function pictureLayer(canvas: HTMLCanvasElement, image: ImageLike): Layer {
  const thin = sized(canvas, image);
  const pixels = new Uint32Array(image.data.buffer, image.data.byteOffset, image.width * image.height);
  const layer = painter(canvas, (context, box) => {
    const part = onCanvas(box, canvas, thin);
    if (part.width < 1 || part.height < 1) return;
    const out = new ImageData(part.width, part.height);
    const target = new Uint32Array(out.data.buffer);
    for (let y = 0; y < part.height; y++) {
      const from = Math.min(image.height - 1, (part.y + y) * thin) * image.width;
      const to = y * part.width;
      if (thin === 1) target.set(pixels.subarray(from + part.x, from + part.x + part.width), to);
      else
        for (let x = 0; x < part.width; x++)
          target[to + x] = pixels[from + Math.min(image.width - 1, (part.x + x) * thin)] ?? 0;
    }
    context.putImageData(out, part.x, part.y);
  });
  layer.touch({ x: 0, y: 0, width: image.width, height: image.height });
  return layer;
}

/** Colours by mask value for both stripes, as RGBA words of this machine. */
export function tintTable({ stripes }: Tint, strength: number): Uint32Array {
  const bytes = new Uint8ClampedArray(512 * 4);
  stripes.forEach((rgb, stripe) => {
    for (let value = 0; value < 256; value++)
      bytes.set([rgb[0] ?? 0, rgb[1] ?? 0, rgb[2] ?? 0, value * strength], (stripe * 256 + value) * 4);
  });
  return new Uint32Array(bytes.buffer);
}

/** Diagonal stripes over a picture this large: some forty of them. */
export const stripeOf = ({ width, height }: Size): number => Math.max(2, Math.round(Math.max(width, height) / 90));

/** The mask as tinted stripes on a canvas. */
export function maskLayer(canvas: HTMLCanvasElement, mask: MaskLike, tint: Tint): Layer {
  const thin = sized(canvas, mask);
  const table = tintTable(tint, 0.62);
  const stripe = Math.max(1, Math.round(stripeOf(mask) / thin));
  const layer = painter(canvas, (context, box) => {
    const part = onCanvas(box, canvas, thin);
    if (part.width < 1 || part.height < 1) return;
    const out = new ImageData(part.width, part.height);
    const target = new Uint32Array(out.data.buffer);
    for (let y = 0, to = 0; y < part.height; y++) {
      const from = Math.min(mask.height - 1, (part.y + y) * thin) * mask.width;
      for (let x = 0; x < part.width; x++, to++) {
        const value = mask.data[from + Math.min(mask.width - 1, (part.x + x) * thin)] ?? 0;
        if (value === 0) continue;
        const odd = Math.floor((part.x + x + part.y + y) / stripe) & 1;
        target[to] = table[odd * 256 + value] ?? 0;
      }
    }
    context.putImageData(out, part.x, part.y);
  });
  layer.touch({ x: 0, y: 0, width: mask.width, height: mask.height });
  return layer;
}
