/**
 * Lanczos-3 with antialiasing, as Pillow resizes 8-bit pictures (src/libImaging/Resample.c): two separable passes, horizontal
 * first, 8 bits between them. The training code resizes with Pillow, so the models see here what they were trained on.
 */
import { pictureFrom } from './picture';
import type { Picture } from './types';

/**
 * Where every output sample comes from: output i is the sum over t < taps of weights[i, t] * input[starts[i] + t].
 * `starts[i] + taps <= inSize` always holds, so a kernel needs no bounds check; unused taps weigh 0.
 */
export interface ResampleTable {
  readonly inSize: number;
  readonly outSize: number;
  readonly taps: number;
  /** [outSize, taps] */
  readonly weights: Float32Array<ArrayBuffer>;
  /** [outSize] */
  readonly starts: Int32Array<ArrayBuffer>;
}

/** A stretch of one axis, in input pixels; fractions are allowed. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const SUPPORT = 3;

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos3 = (x: number) => (Math.abs(x) < SUPPORT ? sinc(x) * sinc(x / SUPPORT) : 0);

/**
 * The coefficients that resize one axis of `inSize` samples, or its part `box`, to `outSize`. The filter is stretched when
 * shrinking; output i is centred at `box.start + (i + 0.5) * scale`. Rows sum to 1. As in Pillow, taps next to the box may
 * reach samples outside it.
 * @throws RangeError on empty sizes or a box outside the input.
 */
export function resampleTable(inSize: number, outSize: number, box: Span = { start: 0, end: inSize }): ResampleTable {
  if (!(inSize >= 1 && outSize >= 1 && box.start >= 0 && box.end <= inSize && box.start < box.end)) {
    throw new RangeError(`Cannot resize [${box.start}, ${box.end}) of ${inSize} samples to ${outSize}.`);
  }
  const scale = (box.end - box.start) / outSize;
  const stretch = Math.max(scale, 1);
  const support = SUPPORT * stretch;
  // A copy needs one tap, not seven of which six are zero.
  const copies = scale === 1 && Number.isInteger(box.start);
  const bounds = (i: number): [number, number] => {
    if (copies) return [box.start + i, box.start + i + 1];
    const centre = box.start + (i + 0.5) * scale;
    return [Math.max(Math.trunc(centre - support + 0.5), 0), Math.min(Math.trunc(centre + support + 0.5), inSize)];
  };

  let taps = 1;
  for (let i = 0; i < outSize; i++) {
    const [first, end] = bounds(i);
    taps = Math.max(taps, end - first);
  }
  const weights = new Float32Array(outSize * taps);
  const starts = new Int32Array(outSize);
  for (let i = 0; i < outSize; i++) {
    const [first, end] = bounds(i);
    const centre = box.start + (i + 0.5) * scale;
    const row = Array.from({ length: end - first }, (_, t) => lanczos3((first + t - centre + 0.5) / stretch));
    const sum = row.reduce((a, b) => a + b, 0);
    starts[i] = Math.min(first, inSize - taps);
    row.forEach((w, t) => (weights[i * taps + first - starts[i]! + t] = w / sum));
  }
  return { inSize, outSize, taps, weights, starts };
}

/** The table for an input of which only `inSize` samples from `offset` on exist; the weights of the others are dropped. */
export function clipTable(table: ResampleTable, offset: number, inSize: number): ResampleTable {
  const taps = Math.min(table.taps, inSize);
  const weights = new Float32Array(table.outSize * taps);
  const starts = new Int32Array(table.outSize);
  for (let i = 0; i < table.outSize; i++) {
    const first = table.starts[i]! - offset;
    const start = Math.min(Math.max(first, 0), inSize - taps);
    starts[i] = start;
    for (let t = 0; t < taps; t++) {
      const from = start + t - first;
      if (from >= 0 && from < table.taps) weights[i * taps + t] = table.weights[i * table.taps + from]!;
    }
  }
  return { inSize, outSize: table.outSize, taps, weights, starts };
}

/** Bytes that the rows between the two passes may take; larger pictures are made strip by strip. */
const STRIP_BYTES = 32 * 1024 * 1024;

/**
 * The picture through one table per axis. What the tables leave out (their rows may sum to less than 1) is white:
 * `out = 255 + sum of w * (in - 255)`, which is the plain sum where they add up to 1.
 */
export function applyTables(
  picture: Picture,
  horizontal: ResampleTable,
  vertical: ResampleTable,
  stripBytes = STRIP_BYTES,
): Picture {
  if (horizontal.inSize !== picture.width || vertical.inSize !== picture.height) {
    throw new RangeError(
      `Tables for ${horizontal.inSize} x ${vertical.inSize} do not fit a ${picture.width} x ${picture.height} picture.`,
    );
  }
  const out = pictureFrom(horizontal.outSize, vertical.outSize);
  const stripRows = Math.max(vertical.taps, Math.floor(stripBytes / (4 * out.width)));
  for (let y = 0; y < out.height;) {
    const { first, last, end } = stripFrom(vertical, y, stripRows);
    const strip = shrinkRows(picture, horizontal, first, last);
    mixRows(strip, vertical, first, y, end, out);
    y = end;
  }
  return out;
}

/** The picture at another size. */
export function resize(picture: Picture, width: number, height: number): Picture {
  if (width === picture.width && height === picture.height) return picture;
  return applyTables(picture, resampleTable(picture.width, width), resampleTable(picture.height, height));
}

/** The output rows from `y` on whose input rows [first, last) number at most `stripRows`. At least one row. */
function stripFrom(table: ResampleTable, y: number, stripRows: number) {
  const first = table.starts[y]!;
  let end = y + 1;
  while (end < table.outSize && table.starts[end]! + table.taps - first <= stripRows) end++;
  return { first, last: table.starts[end - 1]! + table.taps, end };
}

/** Horizontal pass over the rows [first, last): [last - first, table.outSize, 4]. */
function shrinkRows(picture: Picture, table: ResampleTable, first: number, last: number): Uint8ClampedArray {
  const { taps, weights, starts, outSize } = table;
  const source = picture.data;
  const rows = new Uint8ClampedArray((last - first) * outSize * 4);
  let to = 0;
  for (let y = first; y < last; y++) {
    for (let x = 0; x < outSize; x++, to += 4) {
      let from = (y * picture.width + starts[x]!) * 4;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let t = x * taps; t < (x + 1) * taps; t++, from += 4) {
        const w = weights[t]!;
        r += w * (source[from]! - 255);
        g += w * (source[from + 1]! - 255);
        b += w * (source[from + 2]! - 255);
      }
      rows[to] = 255 + r;
      rows[to + 1] = 255 + g;
      rows[to + 2] = 255 + b;
    }
  }
  return rows;
}

/** Vertical pass: the output rows [y0, y1), from `rows`, which start at input row `first`. */
function mixRows(
  rows: Uint8ClampedArray,
  table: ResampleTable,
  first: number,
  y0: number,
  y1: number,
  out: Picture,
): void {
  const stride = out.width * 4;
  const sum = new Float32Array(stride);
  for (let y = y0; y < y1; y++) {
    sum.fill(0);
    for (let t = 0; t < table.taps; t++) {
      const w = table.weights[y * table.taps + t]!;
      if (w === 0) continue;
      const from = (table.starts[y]! + t - first) * stride;
      for (let i = 0; i < stride; i++) sum[i]! += w * (rows[from + i]! - 255);
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) out.data[to + i] = (i & 3) === 3 ? 255 : 255 + sum[i]!;
  }
}
