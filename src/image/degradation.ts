/** What becomes of a picture before it is seen: A of y = A x + noise, one matrix down the columns and one along the rows. Pure. */
import { pictureFrom } from './picture';
import type { Picture } from './types';

/** What happened to the picture that is looked for, before it became the one that is given. */
export type Degradation =
  /** Nothing, outside of the hole. */
  | { readonly kind: 'inpaint' }
  /** Noise alone. */
  | { readonly kind: 'denoise' }
  /** A Gaussian blur, standard deviation in pixels. */
  | { readonly kind: 'deblur'; readonly sigma: number }
  /** Each pixel is the mean over a square of so many pixels a side: the picture given is a half or a quarter of the one looked for. */
  | { readonly kind: 'upscale'; readonly factor: 2 | 4 };

/** A Gaussian's taps reach this many standard deviations to each side. */
const REACH = 4;

/**
 * Both matrices are the same for a square: [seen side, side], row-major, rows sum to 1; null where the picture is seen as it is.
 * @param side of the tokenizer's square, in pixels
 * @throws Error that says what was needed and what was found
 */
export function degradation(task: Degradation, side: number): Float32Array<ArrayBuffer> | null {
  switch (task.kind) {
    case 'inpaint':
    case 'denoise':
      return null;
    case 'deblur':
      return blurMatrix(side, task.sigma);
    case 'upscale':
      return boxMatrix(side, task.factor);
  }
}

/** Side of the picture that is seen, in pixels. */
export const seenSide = (task: Degradation, side: number): number =>
  task.kind === 'upscale' ? side / task.factor : side;

/** A Gaussian over whole pixels; at the edges what lies outside counts as the edge's own pixel. */
function blurMatrix(side: number, sigma: number): Float32Array<ArrayBuffer> {
  if (!(sigma > 0 && sigma <= side / REACH))
    throw new Error(
      `The blur's sigma lies above 0 and up to ${side / REACH} pixels for a square of ${side}, found ${sigma}.`,
    );
  const reach = Math.ceil(REACH * sigma);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const sums = new Float64Array(side * side);
  for (let row = 0; row < side; row++)
    taps.forEach((tap, i) => {
      const column = Math.min(side - 1, Math.max(0, row + i - reach));
      sums[row * side + column]! += tap / sum;
    });
  return Float32Array.from(sums);
}

function boxMatrix(side: number, factor: number): Float32Array<ArrayBuffer> {
  if ((factor !== 2 && factor !== 4) || side % factor)
    throw new Error(`Pictures are enlarged 2 or 4 times to a square of ${side} pixels, found ${factor} times.`);
  const matrix = new Float32Array((side / factor) * side);
  for (let column = 0; column < side; column++) matrix[Math.floor(column / factor) * side + column] = 1 / factor;
  return matrix;
}

/**
 * A x, the twin of what the fit does in tfjs: [side, side, 3] to [seen, seen, 3].
 * @param matrix of `degradation`
 */
export function degradeReference(x: Float32Array, matrix: Float32Array | null, side: number): Float32Array {
  if (!matrix) return x;
  const seen = matrix.length / side;
  const columns = new Float64Array(seen * side * 3);
  for (let row = 0; row < seen; row++)
    for (let y = 0; y < side; y++) {
      const weight = matrix[row * side + y]!;
      if (weight) for (let i = 0; i < side * 3; i++) columns[row * side * 3 + i]! += weight * x[y * side * 3 + i]!;
    }
  const out = new Float32Array(seen * seen * 3);
  for (let row = 0; row < seen; row++)
    for (let column = 0; column < seen; column++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let at = 0; at < side; at++) sum += matrix[column * side + at]! * columns[(row * side + at) * 3 + c]!;
        out[(row * seen + column) * 3 + c] = sum;
      }
  return out;
}

/**
 * A square picture as it would be given: A x + noise, rounded to 8 bits.
 * @param noise standard normal numbers by place, [seen * seen * 3]; null for none
 * @param level of the noise: its standard deviation in grey levels
 * @throws Error for a picture that is not square, or a task that does not fit its side
 */
export function degrade(picture: Picture, task: Degradation, noise: Float32Array | null, level: number): Picture {
  const { width: side, height, data } = picture;
  if (side !== height) throw new Error(`A square picture is needed, found ${side} x ${height} pixels.`);
  const x = new Float32Array(side * side * 3);
  for (let i = 0; i < side * side; i++) for (let c = 0; c < 3; c++) x[i * 3 + c] = data[i * 4 + c]!;
  const y = degradeReference(x, degradation(task, side), side);
  const out = pictureFrom(seenSide(task, side), seenSide(task, side));
  for (let i = 0; i < y.length; i++) out.data[Math.floor(i / 3) * 4 + (i % 3)] = y[i]! + level * (noise?.[i] ?? 0);
  return out;
}
