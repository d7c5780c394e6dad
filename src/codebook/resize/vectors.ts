import type { CountedCodebook } from './types';

/** The code vectors as distances see them, in doubles: as they are, or on the unit sphere. [codebookSize, codeDim] */
export function measuredRows({ rows, codeDim, isCosine }: CountedCodebook): Float64Array {
  const out = Float64Array.from(rows);
  if (isCosine) for (let at = 0; at < out.length; at += codeDim) normalize(out.subarray(at, at + codeDim));
  return out;
}

export function normalize(row: Float64Array): void {
  let sum = 0;
  for (const value of row) sum += value * value;
  const norm = Math.max(Math.sqrt(sum), 1e-12);
  for (let i = 0; i < row.length; i++) row[i] = row[i]! / norm;
}

/** Squared distance between row `a` of one table and row `b` of another. */
export function distance(one: Float64Array, a: number, other: Float64Array, b: number, dim: number): number {
  let sum = 0;
  for (let i = 0, x = a * dim, y = b * dim; i < dim; i++, x++, y++) {
    const difference = one[x]! - other[y]!;
    sum += difference * difference;
  }
  return sum;
}

/** @throws RangeError where the counts or the rows do not fit, or the size is not one from 2 to the codebook's own */
export function checkBook({ rows, counts, codeDim }: CountedCodebook): void {
  if (rows.length !== counts.length * codeDim)
    throw new RangeError(
      `${counts.length} codes of ${codeDim} numbers are ${counts.length * codeDim}, found ${rows.length}.`,
    );
  const wrong = counts.findIndex((count) => !(Number.isFinite(count) && count >= 0));
  if (wrong >= 0) throw new RangeError(`Code ${wrong} is said to occur ${counts[wrong]} times.`);
}

/** @throws RangeError for a size that a codebook of `count` codes cannot be made to */
export function checkSize(size: number, count: number): void {
  if (!(Number.isInteger(size) && size >= 1 && size <= count))
    throw new RangeError(`A codebook of ${count} codes can be made 1 to ${count} codes large, asked for ${size}.`);
}
