/** Distances between the codes of one codebook: which one is nearest, second nearest, n-th nearest. */
import { leastDistant } from '../nearest';

/** Neighbours found at once: the next one is usually asked for soon. */
const CHUNK = 16;

/** One codebook as points in space. Rankings are made when they are asked for, and kept. */
export class CodeSpace {
  readonly size: number;
  readonly codeDim: number;
  private readonly rows: Float32Array;
  private readonly rankings = new Map<number, Int32Array<ArrayBuffer>>();

  /**
   * @param rows [size, codeDim]; FSQ: the lattice
   * @param cosine the model compares directions: rows are brought to length 1
   * @throws RangeError where the rows do not divide evenly
   */
  constructor(rows: Float32Array, size: number, cosine = false) {
    this.size = size;
    this.codeDim = rows.length / size;
    if (!Number.isInteger(this.codeDim) || this.codeDim < 1)
      throw new RangeError(`${rows.length} numbers are not ${size} code vectors of one length.`);
    this.rows = cosine ? unitRows(rows, this.codeDim) : rows;
  }

  /** Euclidean. */
  distance(a: number, b: number): number {
    return Math.sqrt(this.squared(a, b));
  }

  /**
   * Root mean square distance of two codes drawn at random, both from all of them: a yardstick for "near". Follows from the variances:
   * E|a - b|^2 = 2 sum_d var_d.
   */
  get typicalDistance(): number {
    let variance = 0;
    for (let d = 0; d < this.codeDim; d++) {
      let [sum, squares] = [0, 0];
      for (let k = 0; k < this.size; k++) {
        const value = this.rows[k * this.codeDim + d]!;
        sum += value;
        squares += value * value;
      }
      variance += squares / this.size - (sum / this.size) ** 2;
    }
    return Math.sqrt(2 * Math.max(0, variance));
  }

  /** `count` codes in order of distance, the code itself first; of equal distances the lower index. Fewer where the codebook has no more. */
  nearest(code: number, count: number): Int32Array<ArrayBuffer> {
    const wanted = Math.min(this.size, Math.max(0, count));
    const known = this.rankings.get(code);
    if (known && known.length >= wanted) return known.slice(0, wanted);
    const ranking = this.rank(code, Math.min(this.size, Math.ceil(wanted / CHUNK) * CHUNK));
    this.rankings.set(code, ranking);
    return ranking.slice(0, wanted);
  }

  /** The n-th nearest other code; 0 is the code itself. Beyond the end of the codebook: the farthest. */
  nth(code: number, n: number): number {
    const at = Math.min(n, this.size - 1);
    return this.nearest(code, at + 1)[at] ?? code;
  }

  private squared(a: number, b: number): number {
    let sum = 0;
    for (let d = 0; d < this.codeDim; d++)
      sum += (this.rows[a * this.codeDim + d]! - this.rows[b * this.codeDim + d]!) ** 2;
    return sum;
  }

  /** The code itself, before any that lies at the same point, then the nearest others. */
  private rank(code: number, count: number): Int32Array<ArrayBuffer> {
    const others = leastDistant(this.size, Math.max(0, count - 1), code, (other) => this.squared(code, other));
    return Int32Array.from([code, ...others.map(({ index }) => index)].slice(0, count));
  }
}

/** Rows at length 1; a row of zeros stays. */
export function unitRows(rows: Float32Array, codeDim: number): Float32Array<ArrayBuffer> {
  const unit = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += codeDim) {
    let squares = 0;
    for (let d = 0; d < codeDim; d++) squares += rows[at + d]! ** 2;
    const length = Math.max(Math.sqrt(squares), 1e-12);
    for (let d = 0; d < codeDim; d++) unit[at + d] = rows[at + d]! / length;
  }
  return unit;
}
