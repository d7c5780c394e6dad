/** Codebooks that follow latents without a gradient: exponential moving averages, k-means, codes that come back to life. Pure, in double precision. */
import { countsOf } from './counts';

/** The nearest row of each vector, the lowest of equals. @param vectors [count, dim]. @param rows [size, dim] */
export function nearestRows(vectors: Float32Array, rows: Float32Array, dim: number): Int32Array<ArrayBuffer> {
  const size = rows.length / dim;
  const halves = Float64Array.from({ length: size }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += (rows[k * dim + j] ?? 0) ** 2;
    return sum / 2;
  });
  return Int32Array.from({ length: vectors.length / dim }, (_, i) => {
    let [best, least] = [0, Infinity];
    for (let k = 0; k < size; k++) {
      let score = halves[k]!;
      for (let j = 0; j < dim; j++) score -= vectors[i * dim + j]! * rows[k * dim + j]!;
      if (score < least) [best, least] = [k, score];
    }
    return best;
  });
}

/** The rows of codes one after the other, [count, dim]. @param rows [size, dim] */
export function gatherRows(rows: Float32Array, codes: Int32Array, dim: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(codes.length * dim);
  codes.forEach((code, i) => out.set(rows.subarray(code * dim, (code + 1) * dim), i * dim));
  return out;
}

export interface EmaOptions {
  /** gamma: what stays of the averages at each step. */
  readonly decay: number;
  /** Of the Laplace smoothing. */
  readonly epsilon?: number;
  /** Rows are kept at length one. */
  readonly isCosine?: boolean;
  /** Averages to begin with, [size]; without: every code as often as the others, so that none moves far in the first steps. */
  readonly counts?: ArrayLike<number>;
  /** Weight of the row that a code began with, in latents of a step: few latents then move it little. Default: 0, the paper's. */
  readonly prior?: number;
}

/**
 * A codebook as the moving average of the latents that chose its codes (van den Oord et al. 2017, appendix A.1, with the smoothing of the released code):
 *
 *   N_i <- gamma N_i + (1 - gamma) n_i     m_i <- gamma m_i + (1 - gamma) sum of the latents of code i
 *   e_i = (m_i + p e_i0) / (N'_i + p),   N'_i = (N_i + epsilon) / (N + K epsilon) N,   N = sum of N_i
 *
 * with p = 0 in the paper; e_i0 is the row at the start.
 */
export class EmaCodebook {
  readonly size: number;
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  private readonly first: Float64Array;

  /** @param rows [size, dim]; changed in place */
  constructor(
    readonly rows: Float32Array,
    readonly dim: number,
    /** Latents of a step: what the averages add up to. */
    batch: number,
    private readonly options: EmaOptions,
  ) {
    this.size = rows.length / dim;
    this.counts = Float64Array.from({ length: this.size }, (_, i) => options.counts?.[i] ?? batch / this.size);
    this.first = Float64Array.from(rows);
    this.sums = Float64Array.from(rows, (value, i) => value * this.counts[Math.floor(i / dim)]!);
  }

  /** One step. @param latents [count, dim]. @param codes [count], the nearest ones */
  update(latents: Float32Array, codes: Int32Array): void {
    const { counts, sums, first, dim, rows, size } = this;
    const { decay, epsilon = 1e-5, isCosine, prior = 0 } = this.options;
    for (let i = 0; i < size; i++) counts[i]! *= decay;
    for (let i = 0; i < sums.length; i++) sums[i]! *= decay;
    codes.forEach((code, at) => {
      counts[code]! += 1 - decay;
      for (let j = 0; j < dim; j++) sums[code * dim + j]! += (1 - decay) * latents[at * dim + j]!;
    });
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (let i = 0; i < size; i++) {
      const smoothed = ((counts[i]! + epsilon) / (total + size * epsilon)) * total;
      let length = 0;
      for (let j = 0; j < dim; j++) {
        const value = (sums[i * dim + j]! + prior * first[i * dim + j]!) / (smoothed + prior);
        rows[i * dim + j] = value;
        length += value * value;
      }
      if (isCosine && length > 0) for (let j = 0; j < dim; j++) rows[i * dim + j]! /= Math.sqrt(length);
    }
  }

  /** Code `code` begins anew at `vector`, [dim], as if it were used as often as a code is on average. */
  restart(code: number, vector: ArrayLike<number>): void {
    const { counts, sums, first, dim, rows, size } = this;
    counts[code] = counts.reduce((sum, count) => sum + count, 0) / size;
    for (let j = 0; j < dim; j++) {
      rows[code * dim + j] = vector[j] ?? 0;
      first[code * dim + j] = vector[j] ?? 0;
      sums[code * dim + j] = (vector[j] ?? 0) * counts[code];
    }
  }
}

/** For how many steps in a row no latent has chosen a code. */
export class IdleCodes {
  readonly steps: Int32Array<ArrayBuffer>;

  constructor(size: number) {
    this.steps = new Int32Array(size);
  }

  /** @param counts of a step, [size] */
  note(counts: ArrayLike<number>): void {
    for (let i = 0; i < this.steps.length; i++) this.steps[i] = (counts[i] ?? 0) > 0 ? 0 : this.steps[i]! + 1;
  }

  /** Codes that nobody chose for `patience` steps; they count as used from now. */
  take(patience: number): number[] {
    const dead = [...this.steps.keys()].filter((code) => this.steps[code]! >= patience);
    for (const code of dead) this.steps[code] = 0;
    return dead;
  }
}

/**
 * k-means (Lloyd 1982) from rows drawn among the vectors: ten rounds, as is usual for the start of a codebook. A row that loses all its vectors goes
 * to the vector that is worst served.
 * @param vectors [count, dim]. @param picks [size], places of the first rows among the vectors
 */
export function kMeans(
  vectors: Float32Array,
  dim: number,
  picks: ArrayLike<number>,
  rounds = 10,
): Float32Array<ArrayBuffer> {
  const size = picks.length;
  const count = vectors.length / dim;
  const rows = new Float32Array(size * dim);
  for (let k = 0; k < size; k++)
    rows.set(vectors.subarray((picks[k] ?? 0) * dim, ((picks[k] ?? 0) + 1) * dim), k * dim);
  for (let round = 0; round < rounds; round++) {
    const codes = nearestRows(vectors, rows, dim);
    const counts = countsOf(codes, size);
    const sums = new Float64Array(rows.length);
    codes.forEach((code, at) => {
      for (let j = 0; j < dim; j++) sums[code * dim + j]! += vectors[at * dim + j]!;
    });
    const taken = new Set<number>();
    for (let k = 0; k < size; k++) {
      if (counts[k]! > 0) for (let j = 0; j < dim; j++) rows[k * dim + j] = sums[k * dim + j]! / counts[k]!;
      else {
        const worst = worstServed(vectors, rows, codes, dim, taken);
        taken.add(worst);
        rows.set(vectors.subarray(worst * dim, (worst + 1) * dim), k * dim);
      }
    }
    if (count === 0) break;
  }
  return rows;
}

function worstServed(
  vectors: Float32Array,
  rows: Float32Array,
  codes: Int32Array,
  dim: number,
  taken: ReadonlySet<number>,
): number {
  let [worst, most] = [0, -1];
  codes.forEach((code, at) => {
    if (taken.has(at)) return;
    let distance = 0;
    for (let j = 0; j < dim; j++) distance += (vectors[at * dim + j]! - rows[code * dim + j]!) ** 2;
    if (distance > most) [worst, most] = [at, distance];
  });
  return worst;
}
