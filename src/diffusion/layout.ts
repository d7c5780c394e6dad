/** The grids of a prior as stretches of one sequence of N codes, and its states as codes that a decoder can paint. */
import type { Span } from './run';

export interface Grid {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly codebookSize: number;
}

/** The grids, one after the other. */
export type Layout = readonly Grid[];

/** How a state that still holds [MASK] is shown: its most likely x0, or the code nearest to the mean of the codebook. Never [MASK] itself. */
export type StandIn = 'x0' | 'mean';

/** N */
export const lengthOf = (layout: Layout): number => layout.reduce((sum, { height, width }) => sum + height * width, 0);

/** The stretches of the sequence: one for each grid. */
export function spansOf(layout: Layout): Span[] {
  let first = 0;
  return layout.map(({ height, width, codebookSize }) => {
    const span = { first, count: height * width, codebookSize };
    first += span.count;
    return span;
  });
}

/** The grid that a place lies in. */
export const levelOf = (layout: Layout, place: number): number =>
  Math.max(
    0,
    spansOf(layout).findIndex(({ first, count }) => place < first + count),
  );

/** The codebook's size at each place, [N]: also the id of [MASK] there. */
export const maskIds = (layout: Layout): Int32Array<ArrayBuffer> =>
  Int32Array.from(spansOf(layout).flatMap(({ count, codebookSize }) => new Array<number>(count).fill(codebookSize)));

export interface Opinion {
  /** The network's most likely codes of one sample [N], and their probability: 0 where it was not asked. */
  readonly best: Int32Array;
  readonly confidence: Float32Array;
}

/**
 * A state as codes that a decoder can paint: no [MASK] is left.
 * @param codes [N]. @param means for each grid `meanCode` of its codebook
 */
export function withStandIn(
  codes: Int32Array,
  { best, confidence }: Opinion,
  standIn: StandIn,
  means: readonly number[],
  layout: Layout,
): Int32Array<ArrayBuffer> {
  const out = Int32Array.from(codes);
  spansOf(layout).forEach(({ first, count, codebookSize }, level) => {
    for (let place = first; place < first + count; place++) {
      if (out[place] !== codebookSize) continue;
      const likely = standIn === 'x0' && (confidence[place] ?? 0) > 0 ? best[place] : undefined;
      out[place] = likely ?? means[level] ?? 0;
    }
  });
  return out;
}

/** The network's picture of the end: its most likely code at every place where it was asked. */
export function likelyX0(
  codes: Int32Array,
  opinion: Opinion,
  means: readonly number[],
  layout: Layout,
): Int32Array<ArrayBuffer> {
  const rest = withStandIn(codes, opinion, 'x0', means, layout);
  return rest.map((code, place) => ((opinion.confidence[place] ?? 0) > 0 ? (opinion.best[place] ?? code) : code));
}

/** The code of a codebook [codebookSize, codeDim] that is nearest to its mean: what stands for "unknown" without saying anything. */
export function meanCode(codebook: Float32Array, codebookSize: number): number {
  const codeDim = codebook.length / codebookSize;
  const mean = new Float64Array(codeDim);
  codebook.forEach((value, i) => (mean[i % codeDim] = (mean[i % codeDim] ?? 0) + value / codebookSize));
  let [best, least] = [0, Infinity];
  for (let k = 0; k < codebookSize; k++) {
    const distance = mean.reduce((sum, m, i) => sum + (m - (codebook[k * codeDim + i] ?? 0)) ** 2, 0);
    if (distance < least) [best, least] = [k, distance];
  }
  return best;
}
