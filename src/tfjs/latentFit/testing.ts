/** A small observation for tests, and finite differences. */
import type { Observation } from './types';

/** The same numbers every time, in [-1, 1). */
export function wave(count: number, step: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => 2 * ((((i + 1) * step) % 1) - 0.5));
}

/** A picture of `side` x `side` pixels seen whole, but for a square hole. */
export function observationOf(side: number, matrices: Observation['matrices'] = null, seen = side): Observation {
  const isHole = (x: number) => x >= seen / 4 && x < seen / 2;
  const known = Uint8Array.from({ length: seen * seen }, (_, i) =>
    isHole(i % seen) && isHole(Math.floor(i / seen)) ? 0 : 1,
  );
  return { height: seen, width: seen, target: wave(3 * seen * seen, 0.0137), known, matrices };
}

/** The slope of `f` at `x` along `direction`, by a central difference of order four. */
export async function slopeAlong(
  f: (x: Float32Array) => Promise<number>,
  x: Float32Array,
  direction: Float32Array,
  step: number,
): Promise<number> {
  const at = (t: number) => f(x.map((value, i) => value + t * step * (direction[i] ?? 0)));
  const [a, b, c, d] = [await at(-2), await at(-1), await at(1), await at(2)];
  return (a - 8 * b + 8 * c - d) / (12 * step);
}

export const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
