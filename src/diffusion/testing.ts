/** What the tests of this room share. The matrices are the definition, written out; nothing here uses the closed forms under test. */
import { philox, toUniform } from './random';
import type { RunState } from './run';
import { scheduleOf, type DiscreteKind, type DiscreteProcess, type Schedule } from './schedule';

/** Repeatable numbers in (0, 1). */
export function numbers(seed: number): () => number {
  const words = new Uint32Array(4);
  let count = 0;
  return () => {
    if (count % 4 === 0) philox(seed, 0xffffffff, 0xffffffff, count >> 2, words);
    return toUniform(words[count++ % 4] ?? 0);
  };
}

/** A distribution over K codes. */
export function randomP0(K: number, next: () => number): Float64Array {
  const weights = Float64Array.from({ length: K }, () => -Math.log(next()));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

export function processOf(kind: DiscreteKind, numTimesteps: number): DiscreteProcess {
  switch (kind) {
    case 'absorbing':
      return { kind, numTimesteps };
    case 'mask-replace':
      return { kind, numTimesteps, gammaBarT: 0.9, betaBarT: 0.1 };
    case 'uniform':
      return { kind, numTimesteps, cosineOffset: 0.008 };
  }
}

export const KINDS: readonly DiscreteKind[] = ['absorbing', 'mask-replace', 'uniform'];
/** A schedule of each family. */
export const families = (K: number, numTimesteps: number): readonly (readonly [DiscreteKind, Schedule])[] =>
  KINDS.map((kind) => [kind, scheduleOf(processOf(kind, numTimesteps), K)]);

/** [from, to], states 0 .. K - 1 and [MASK] = K. */
export type Matrix = readonly (readonly number[])[];

/** A code is kept with alpha, becomes any code with beta each, [MASK] with gamma; [MASK] stays. */
export const matrixOf = (K: number, alpha: number, beta: number, gamma: number): Matrix =>
  Array.from({ length: K + 1 }, (_, from) =>
    Array.from({ length: K + 1 }, (_, to) => {
      if (from === K) return Number(to === K);
      return to === K ? gamma : beta + (from === to ? alpha : 0);
    }),
  );

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => row.map((_, to) => row.reduce((sum, value, via) => sum + value * (b[via]?.[to] ?? NaN), 0)));

/** q(x_t | x_(t - 1)) for t = 1 .. T, entry 0 unused: VQ-Diffusion's equation 7, from the cumulative tables. */
export function oneStepMatrices({ codebookSize: K, numTimesteps, alphaBar, gammaBar }: Schedule): Matrix[] {
  return Array.from({ length: numTimesteps + 1 }, (_, t) => {
    if (t === 0) return matrixOf(K, 1, 0, 0);
    const alpha = alphaBar[t]! / alphaBar[t - 1]!;
    const gamma = 1 - (1 - gammaBar[t]!) / (1 - gammaBar[t - 1]!);
    return matrixOf(K, alpha, (1 - alpha - gamma) / K, gamma);
  });
}

/** Products of the one-step matrices from s to t. */
export function product(steps: readonly Matrix[], s: number, t: number): Matrix {
  let all = steps[s + 1]!;
  for (let i = s + 2; i <= t; i++) all = multiply(all, steps[i]!);
  return all;
}

/**
 * p(xs | xt) = sum over x0 of q(xt | xs) q(xs | x0) / q(xt | x0) p0(x0), by Bayes. x0 that cannot have become xt are left out; null where
 * none can.
 * @param sToT q(xt | xs). @param toS q(xs | x0). @param toT q(xt | x0)
 */
export function bruteForcePosterior(
  sToT: Matrix,
  toS: Matrix,
  toT: Matrix,
  p0: Float64Array,
  xt: number,
): number[] | null {
  const K = p0.length;
  const possible = Array.from({ length: K }, (_, x0) => toT[x0]![xt]! > 1e-14);
  const total = p0.reduce((sum, p, x0) => sum + (possible[x0] ? p : 0), 0);
  if (total === 0) return null;
  return Array.from({ length: K + 1 }, (_, xs) => {
    let sum = 0;
    for (let x0 = 0; x0 < K; x0++)
      if (possible[x0]) sum += (((sToT[xs]![xt]! * toS[x0]![xs]!) / toT[x0]![xt]!) * p0[x0]!) / total;
    return sum;
  });
}

/** A state with these codes, and no opinion yet. */
export function stateOf(codes: Int32Array<ArrayBuffer>): RunState {
  const count = codes.length;
  return { codes, best: new Int32Array(count), confidence: new Float32Array(count), entropy: new Float32Array(count) };
}
