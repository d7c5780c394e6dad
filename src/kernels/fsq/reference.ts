import { ceil4 } from '../kernel';
import { fsqBasis, fsqDimension } from './index';

const roundHalfToEven = (x: number): number => {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
};

/** The formula of docs/model-format.md: indices and code values of latents [count, ceil4(levels.length)]. */
export function fsqReference(latents: ArrayLike<number>, levels: readonly number[]) {
  const padded = ceil4(levels.length);
  const count = latents.length / padded;
  const basis = fsqBasis(levels);
  const indices = new Int32Array(count);
  const codes = new Float64Array(latents.length);
  /** Distance of the bounded value to the nearest rounding border; the smallest of each latent. */
  const margins = new Float64Array(count).fill(1);
  for (let i = 0; i < count; i++)
    levels.forEach((level, c) => {
      const { shift, halfWidth, offset, half } = fsqDimension(level);
      const bounded = Math.tanh((latents[i * padded + c] ?? NaN) + shift) * halfWidth - offset;
      const q = roundHalfToEven(bounded);
      indices[i] = (indices[i] ?? 0) + (q + half) * (basis[c] ?? 0);
      codes[i * padded + c] = q / half;
      margins[i] = Math.min(margins[i] ?? 1, Math.abs(0.5 - Math.abs(bounded - q)));
    });
  return { indices, codes, margins };
}

/** Code values of indices, NaN rows where there is no such code. */
export function fsqCodesReference(indices: ArrayLike<number>, levels: readonly number[]): number[] {
  const basis = fsqBasis(levels);
  const size = levels.reduce((product, level) => product * level, 1);
  return Array.from(indices).flatMap((index) =>
    Array.from({ length: ceil4(levels.length) }, (_, c) => {
      if (!(index >= 0 && index < size)) return NaN;
      const level = levels[c];
      if (level === undefined) return 0;
      const half = Math.floor(level / 2);
      return ((Math.floor(index / (basis[c] ?? 1)) % level) - half) / half;
    }),
  );
}
