import type { CountedCodebook } from './types';
import { distance, normalize } from './vectors';

/** Sweeps of Lloyd's algorithm at most; fewer where nothing moves. */
const SWEEPS = 12;
/**
 * Distances taken in all sweeps of one cut at most: about ten milliseconds, so that a slider stays instant. On the emoji model of 1,024 codes the sweeps
 * gain 0.3 dB of held-out PSNR at 16 and 32 codes, 0.05 dB at 64 and 128, and nothing from 256 on, where the tree is as good and sweeps are dear.
 */
const BUDGET = 500_000;

/**
 * Weighted k-means (Lloyd 1982) from a cut of the tree: each code in use goes to the nearest mean, the means follow. The last code in use of a cluster
 * stays, so none becomes empty. Codes without weight go to the nearest mean at the end. Changes `labels` and `means`.
 */
export function refine(
  vectors: Float64Array,
  weights: readonly number[],
  labels: Int32Array,
  means: Float64Array,
  { codeDim: dim, isCosine }: Pick<CountedCodebook, 'codeDim' | 'isCosine'>,
): void {
  const size = means.length / dim;
  const live = weights.flatMap((weight, code) => (weight > 0 ? [code] : []));
  const sweeps = Math.min(SWEEPS, Math.floor(BUDGET / (live.length * size)));
  if (sweeps < 1) return;
  const population = new Int32Array(size);
  for (const code of live) population[labels[code]!]!++;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let moved = 0;
    for (const code of live) {
      const from = labels[code]!;
      if (population[from] === 1) continue;
      const to = nearest(vectors, code, means, from, dim);
      if (to === from) continue;
      population[from]!--;
      population[to]!++;
      labels[code] = to;
      moved++;
    }
    if (!moved) break;
    follow(vectors, weights, live, labels, means, dim, isCosine);
  }
  weights.forEach((weight, code) => {
    if (weight === 0) labels[code] = nearest(vectors, code, means, labels[code]!, dim);
  });
}

/** The nearest mean; its own where others are only as near. */
function nearest(vectors: Float64Array, code: number, means: Float64Array, own: number, dim: number): number {
  let best = own;
  let least = distance(vectors, code, means, own, dim);
  const size = means.length / dim;
  for (let label = 0; label < size; label++) {
    const found = distance(vectors, code, means, label, dim);
    if (found < least) {
      least = found;
      best = label;
    }
  }
  return best;
}

function follow(
  vectors: Float64Array,
  weights: readonly number[],
  live: readonly number[],
  labels: Int32Array,
  means: Float64Array,
  dim: number,
  isCosine: boolean,
): void {
  means.fill(0);
  const totals = new Float64Array(means.length / dim);
  for (const code of live) {
    const label = labels[code]!;
    totals[label]! += weights[code]!;
    for (let i = 0; i < dim; i++) means[label * dim + i]! += weights[code]! * vectors[code * dim + i]!;
  }
  totals.forEach((total, label) => {
    const mean = means.subarray(label * dim, (label + 1) * dim);
    for (let i = 0; i < dim; i++) mean[i] = mean[i]! / total;
    if (isCosine) normalize(mean);
  });
}
