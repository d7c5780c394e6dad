import type { ResizedCodebook } from '../types';
import type { CountedCodebook } from './types';
import { checkBook, checkSize, distance, measuredRows } from './vectors';

/** Codebooks of any size with the least used codes left out. */
export interface Dropper {
  /**
   * The `size` most used codes, of equally used ones those of lower index. A code that is gone has the row of the nearest one that stays (the lowest of
   * equally near ones). Where only codes go that no picture of a set uses, nothing of that set changes: the nearest code of every vector stays.
   */
  drop(size: number): ResizedCodebook;
}

/**
 * Finds once, for each code, its nearest neighbour among the `r` most used codes for every r up to its own rank. That list is short: it grows
 * only where a nearer one comes, about ln(rank) times.
 * @throws RangeError where rows and counts do not fit
 */
export function createDropper(book: CountedCodebook): Dropper {
  checkBook(book);
  const { counts, codeDim } = book;
  const vectors = measuredRows(book);
  const order = Array.from(counts, (_, code) => code).sort((a, b) => counts[b]! - counts[a]! || a - b);
  // In order of use, so that the scan below runs through memory.
  const sorted = new Float64Array(vectors.length);
  order.forEach((code, rank) => sorted.set(vectors.subarray(code * codeDim, (code + 1) * codeDim), rank * codeDim));
  const steps = order.map((_, rank) => nearestByRank(sorted, order, rank, codeDim));

  return {
    drop(size) {
      checkSize(size, counts.length);
      const rows = Float32Array.from(book.rows);
      const remap = Int32Array.from(counts, (_, code) => code);
      for (let rank = size; rank < order.length; rank++) {
        const code = order[rank]!;
        const stand = order[steps[rank]!.findLast((neighbour) => neighbour < size)!]!;
        remap[code] = stand;
        rows.set(book.rows.subarray(stand * codeDim, (stand + 1) * codeDim), code * codeDim);
      }
      return { size, rows, remap };
    },
  };
}

/** Ranks at which a nearer code comes than all before, in order; of equally near ones the lower index wins. */
function nearestByRank(sorted: Float64Array, order: readonly number[], rank: number, dim: number): number[] {
  const steps: number[] = [];
  let nearest = Infinity;
  for (let other = 0; other < rank; other++) {
    const found = distance(sorted, rank, sorted, other, dim);
    if (found > nearest || (found === nearest && order[other]! > order[steps.at(-1)!]!)) continue;
    nearest = found;
    steps.push(other);
  }
  return steps;
}
