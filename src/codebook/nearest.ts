/** Distances among code vectors. Codebooks are [codebookSize, codeDim]; sums run in double precision. */

export const METRICS = ['l2', 'cosine'] as const;
/** `l2`: Euclidean distance. `cosine`: 1 - cos, 0 .. 2; of a vector of zeros 1. */
export type Metric = (typeof METRICS)[number];

/** The length of each vector, [codebookSize]. */
export function normsOf(codebook: ArrayLike<number>, codeDim: number): Float64Array {
  return Float64Array.from({ length: codebook.length / codeDim }, (_, row) => {
    let sum = 0;
    for (let i = row * codeDim; i < (row + 1) * codeDim; i++) sum += codebook[i]! ** 2;
    return Math.sqrt(sum);
  });
}

/** From one code to each code, [codebookSize]. */
export function distancesFrom(
  codebook: ArrayLike<number>,
  codeDim: number,
  code: number,
  metric: Metric,
): Float64Array {
  const size = codebook.length / codeDim;
  const out = new Float64Array(size);
  const norms = metric === 'cosine' ? normsOf(codebook, codeDim) : null;
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let i = 0; i < codeDim; i++) {
      const [a, b] = [codebook[row * codeDim + i]!, codebook[code * codeDim + i]!];
      sum += norms ? a * b : (a - b) ** 2;
    }
    if (!norms) out[row] = Math.sqrt(sum);
    else {
      const length = norms[row]! * norms[code]!;
      out[row] = length > 0 ? 1 - sum / length : 1;
    }
  }
  return out;
}

/**
 * The `count` codes of least distance but one, in order; equal ones by index. A short sorted list: sorting all of 16,384 would take longer than a frame.
 * @param distanceTo of each code, asked for once
 */
export function leastDistant(
  size: number,
  count: number,
  but: number,
  distanceTo: (code: number) => number,
): { index: number; distance: number }[] {
  const found: { index: number; distance: number }[] = [];
  for (let index = 0; index < size; index++) {
    if (index === but || count === 0) continue;
    const distance = distanceTo(index);
    if (found.length === count && distance >= found[count - 1]!.distance) continue;
    let at = found.length;
    while (at > 0 && found[at - 1]!.distance > distance) at--;
    found.splice(at, 0, { index, distance });
    if (found.length > count) found.pop();
  }
  return found;
}

/** The codes nearest to one, without itself, in order of distance; equal ones by index. */
export function nearestCodes(
  codebook: ArrayLike<number>,
  codeDim: number,
  code: number,
  count: number,
  metric: Metric,
): { index: number; distance: number }[] {
  const distances = distancesFrom(codebook, codeDim, code, metric);
  return leastDistant(distances.length, count, code, (index) => distances[index]!);
}
