/** How often codes occur, and what follows from it. */

/** A grid of codes as this room needs it; every `CodeGrid` is one. */
export interface IndexGrid {
  readonly width: number;
  readonly height: number;
  /** [height, width], row-major */
  readonly indices: ArrayLike<number>;
}

/**
 * How often each code occurs in all grids together, [codebookSize].
 * @throws RangeError on a code outside the codebook
 */
export function countCodes(
  grids: Iterable<Pick<IndexGrid, 'indices'>>,
  codebookSize: number,
): Float64Array<ArrayBuffer> {
  const counts = new Float64Array(codebookSize);
  for (const { indices } of grids) addCounts(counts, indices);
  return counts;
}

/** How often each code occurs among `indices`, [codebookSize]. @throws RangeError on a code outside the codebook */
export const countsOf = (indices: ArrayLike<number>, codebookSize: number): Float64Array<ArrayBuffer> =>
  countCodes([{ indices }], codebookSize);

/** Adds the codes of one grid to `counts` [codebookSize]. @throws RangeError on a code outside the codebook */
export function addCounts(counts: Float64Array | number[], indices: ArrayLike<number>): void {
  for (let i = 0; i < indices.length; i++) {
    const code = indices[i]!;
    if (!(code >= 0 && code < counts.length))
      throw new RangeError(`Code ${code} at ${i}: codes go from 0 to ${counts.length - 1}.`);
    counts[code]!++;
  }
}

/**
 * exp(H) of the empirical distribution p = counts / total, H = -sum p ln p (nats): how many codes, equally used, would be as hard to guess.
 * 1 .. codebookSize; 0 where nothing was counted.
 */
export function perplexity(counts: ArrayLike<number>): number {
  const total = sumOf(counts);
  if (total === 0) return 0;
  let entropy = 0;
  // Neumaier's compensation: over 16,384 equal shares a plain sum is off by 3e-12.
  let lost = 0;
  for (let i = 0; i < counts.length; i++) {
    const share = counts[i]! / total;
    if (share <= 0) continue;
    const term = -share * Math.log(share);
    const next = entropy + term;
    lost += Math.abs(entropy) >= term ? entropy - next + term : term - next + entropy;
    entropy = next;
  }
  return Math.exp(entropy + lost);
}

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** What is said of a set's use of one codebook. */
export interface Usage {
  /** Codes counted. */
  readonly total: number;
  /** Codes that occur at least once. */
  readonly used: number;
  readonly dead: number;
  readonly perplexity: number;
  /** ln perplexity / ln codebookSize, 0 .. 1: the share of the bits of a code that its use makes use of. */
  readonly evenness: number;
}

export function usageOf(counts: ArrayLike<number>): Usage {
  const used = Array.from(counts).filter((count) => count > 0).length;
  const measured = perplexity(counts);
  const evenness = counts.length > 1 && measured > 0 ? Math.log(measured) / Math.log(counts.length) : 0;
  return { total: sumOf(counts), used, dead: counts.length - used, perplexity: measured, evenness };
}

/** All codes, the most common first; equal ones by index. [codebookSize] */
export function rankCodes(counts: ArrayLike<number>): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: counts.length }, (_, i) => i).sort((a, b) => counts[b]! - counts[a]! || a - b);
}

/** The place of a code in `rankCodes`, from 0, without ranking the others. */
export function rankOf(counts: ArrayLike<number>, code: number): number {
  let rank = 0;
  for (let other = 0; other < counts.length; other++)
    if (counts[other]! > counts[code]! || (counts[other] === counts[code] && other < code)) rank++;
  return rank;
}

/** Codes, different codes and perplexity of one grid; quick for a small grid of a large codebook. */
export function usageOfGrid({ indices }: Pick<IndexGrid, 'indices'>): Pick<Usage, 'total' | 'used' | 'perplexity'> {
  const counts = new Map<number, number>();
  for (let i = 0; i < indices.length; i++) counts.set(indices[i]!, (counts.get(indices[i]!) ?? 0) + 1);
  return { total: indices.length, used: counts.size, perplexity: perplexity([...counts.values()]) };
}
