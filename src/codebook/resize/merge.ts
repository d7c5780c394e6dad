import type { ResizedCodebook } from '../types';
import { refine } from './refine';
import type { CountedCodebook } from './types';
import { checkBook, checkSize, distance, measuredRows, normalize } from './vectors';
import { cutTree, wardTree } from './ward';

/** Codebooks of any size whose codes are means of near ones. */
export interface Merger {
  /**
   * `size` clusters of codes; all codes of one have its row, the mean weighted by use (cosine codebooks: on the unit sphere). While there are at
   * least as many clusters as codes in use each has at most one of those, and its row: then nothing changes of the pictures they were counted in.
   */
  merge(size: number): ResizedCodebook;
}

/**
 * Builds the tree of all joins once: see `wardTree`. A code that is not in use has a faint weight: it joins what is nearest, before any two codes in use
 * do, and does not move the mean.
 * @throws RangeError where rows and counts do not fit
 */
export function createMerger(book: CountedCodebook): Merger {
  checkBook(book);
  const { counts, codeDim } = book;
  const count = counts.length;
  const vectors = measuredRows(book);
  const isUnknown = counts.every((uses) => uses === 0);
  const weights = isUnknown ? counts.map(() => 1) : counts;
  const used = weights.filter((weight) => weight > 0).length;
  const tree = wardTree(vectors, weights, codeDim);

  return {
    merge(size) {
      checkSize(size, count);
      const labels = cutTree(tree, size);
      const means = new Float64Array(size * codeDim);
      groups(labels, size).forEach((codes, label) => {
        const mean = means.subarray(label * codeDim, (label + 1) * codeDim);
        meanOf(vectors, codes, weights, mean);
        if (book.isCosine) normalize(mean);
      });
      if (size < used) refine(vectors, weights, labels, means, book);

      const rows = Float32Array.from(book.rows);
      const remap = Int32Array.from(counts, (_, code) => code);
      groups(labels, size).forEach((codes, label) => {
        if (codes.length === 1) return;
        const row = rowOf(book, vectors, weights, codes, means.subarray(label * codeDim, (label + 1) * codeDim));
        const stand = codes.reduce((best, code) => (weights[code]! > weights[best]! ? code : best));
        for (const code of codes) {
          rows.set(row, code * codeDim);
          remap[code] = stand;
        }
      });
      return { size, rows, remap };
    },
  };
}

const groups = (labels: Int32Array, size: number): number[][] => {
  const members = Array.from({ length: size }, (): number[] => []);
  labels.forEach((label, code) => members[label]!.push(code));
  return members;
};

/** The mean of the codes that have weight; of all where none has. Written into `mean`. */
function meanOf(vectors: Float64Array, codes: readonly number[], weights: readonly number[], mean: Float64Array): void {
  const dim = mean.length;
  const isIdle = codes.every((code) => weights[code] === 0);
  const total = codes.reduce((sum, code) => sum + (isIdle ? 1 : weights[code]!), 0);
  for (const code of codes) {
    const share = (isIdle ? 1 : weights[code]!) / total;
    for (let i = 0; i < dim; i++) mean[i] = mean[i]! + share * vectors[code * dim + i]!;
  }
}

/**
 * The row of a cluster. With one code in use that code's own, to the bit. With none that of the code nearest to the mean: rows that were never the
 * nearest of anything do not become it, as a mean between them might.
 */
function rowOf(
  { rows, codeDim }: CountedCodebook,
  vectors: Float64Array,
  weights: readonly number[],
  codes: readonly number[],
  mean: Float64Array,
): Float32Array {
  const live = codes.filter((code) => weights[code]! > 0);
  if (live.length > 1) return Float32Array.from(mean);
  const [own = middle(vectors, codes, mean, codeDim)] = live;
  return rows.slice(own * codeDim, (own + 1) * codeDim);
}

const middle = (vectors: Float64Array, codes: readonly number[], mean: Float64Array, dim: number): number =>
  codes.reduce((best, code) =>
    distance(vectors, code, mean, 0, dim) < distance(vectors, best, mean, 0, dim) ? code : best,
  );
