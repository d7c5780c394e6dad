/** Random numbers of the theatre, each at an address (seed, step, number, purpose). */
import { philox, toUniform } from '../../diffusion/random';

/** Third counters, beyond those of the samplers (diffusion/random.ts) and of the tiles. */
export const USE = {
  ...{ scene: 0x40000, garment: 0x40001, batch: 0x40002, revival: 0x40003, kMeans: 0x40004, codes: 0x40005 },
  ...{ weights: 0x40006 },
} as const;
export type Use = keyof typeof USE;

/** `count` uniform numbers in (0, 1). */
export function uniformsAt(seed: number, step: number, use: Use, count: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(count);
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) philox(seed, step, i >> 2, USE[use], words);
    out[i] = toUniform(words[i % 4] ?? 0);
  }
  return out;
}

/** `count` standard normal numbers (Box and Muller). */
export function normalsAt(seed: number, step: number, use: Use, count: number): Float64Array<ArrayBuffer> {
  const uniforms = uniformsAt(seed, step, use, 2 * Math.ceil(count / 2));
  return Float64Array.from({ length: count }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(uniforms[i - (i % 2)]!));
    const angle = 2 * Math.PI * uniforms[i - (i % 2) + 1]!;
    return radius * (i % 2 ? Math.sin(angle) : Math.cos(angle));
  });
}

/** `count` places out of 0 .. length - 1, drawn with repetition. */
export const placesAt = (
  seed: number,
  step: number,
  use: Use,
  count: number,
  length: number,
): Int32Array<ArrayBuffer> =>
  Int32Array.from(uniformsAt(seed, step, use, count), (u) => Math.min(length - 1, Math.floor(u * length)));
