/** What a kept state says: codes, what changed, what stands in for [MASK], heat maps. Without React and engine. */
import type { CodeGrid, Picture, PriorSummary, SampleFrame, StandIn } from '../../engine/types';
import { heat } from '../../image/metrics';
import type { RunNode } from './tree';

/** The grids of a prior, one after the other in a sequence of N codes. */
export type Layout = PriorSummary['config']['grids'];

export const lengthOf = (layout: Layout): number => layout.reduce((sum, { height, width }) => sum + height * width, 0);

/** First place and number of places of a grid. */
export function spanOf(layout: Layout, level: number): { first: number; count: number } {
  const grid = layout[level];
  return { first: lengthOf(layout.slice(0, level)), count: grid ? grid.height * grid.width : 0 };
}

/** The grid that a place lies in. */
export function levelOf(layout: Layout, place: number): number {
  return Math.max(
    0,
    layout.findIndex((_, level) => place < spanOf(layout, level).first + spanOf(layout, level).count),
  );
}

/** One sample's part of [batch, N]. */
export function sampleOf<T extends Int32Array | Float32Array>(values: T, sample: number, length: number): T {
  return values.subarray(sample * length, (sample + 1) * length) as T;
}

/** One sample's codes [N] as grids; they may hold [MASK]. */
export const gridsOf = (codes: Int32Array, layout: Layout): CodeGrid[] =>
  layout.map(({ name, height, width, codebookSize }, level) => {
    const { first, count } = spanOf(layout, level);
    return { name, height, width, codebookSize, indices: Int32Array.from(codes.subarray(first, first + count)) };
  });

/** Grids one after the other, [N]. */
export function flatten(grids: readonly CodeGrid[]): Int32Array<ArrayBuffer> {
  return Int32Array.from(grids.flatMap(({ indices }) => [...indices]));
}

export const isMask = (code: number, layout: Layout, place: number): boolean =>
  code === layout[levelOf(layout, place)]?.codebookSize;

/** The codebook's size at each place, [N]: also the id of [MASK] there. */
export const maskIds = (layout: Layout): Int32Array<ArrayBuffer> =>
  Int32Array.from(
    layout.flatMap(({ height, width, codebookSize }) => new Array<number>(height * width).fill(codebookSize)),
  );

/** Places at which a step changed something. */
export function changedPlaces(before: Int32Array, after: Int32Array): number[] {
  return [...after.keys()].filter((place) => before[place] !== after[place]);
}

export interface Opinion {
  /** The network's most likely codes of one sample [N], and their probability: 0 where it was not asked. */
  readonly best: Int32Array;
  readonly confidence: Float32Array;
}

/**
 * A state as codes that a decoder can paint: no [MASK] is left.
 * @param mean for each grid the code nearest to the mean of its codebook
 */
export function withStandIn(
  codes: Int32Array,
  { best, confidence }: Opinion,
  standIn: StandIn,
  mean: readonly number[],
  layout: Layout,
): Int32Array<ArrayBuffer> {
  const masks = maskIds(layout);
  return Int32Array.from(codes, (code, place) => {
    if (code !== masks[place]) return code;
    const likely = standIn === 'x0' && (confidence[place] ?? 0) > 0 ? best[place] : undefined;
    return likely ?? mean[levelOf(layout, place)] ?? 0;
  });
}

/** The network's picture of the end: its most likely code at every place where it was asked. */
export function likelyX0(
  codes: Int32Array,
  opinion: Opinion,
  mean: readonly number[],
  layout: Layout,
): Int32Array<ArrayBuffer> {
  const rest = withStandIn(codes, opinion, 'x0', mean, layout);
  return rest.map((code, place) => ((opinion.confidence[place] ?? 0) > 0 ? (opinion.best[place] ?? code) : code));
}

export const holdsMask = (codes: Int32Array, layout: Layout): boolean => {
  const masks = maskIds(layout);
  return codes.some((code, place) => code === masks[place]);
};

/** The code of a codebook [codebookSize, codeDim] that is nearest to its mean. */
export function nearestToMean(codebook: Float32Array, codebookSize: number): number {
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

/** Values of one grid as a picture, a pixel for each: black at 0, light at `range`. */
export function heatPicture(values: Float32Array, width: number, height: number, range: number): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) data.set([...heat((values[i] ?? 0) / range), 255], i * 4);
  return { width, height, data };
}

/** A frame as it is kept: without its pictures, which have a place of their own. */
export function bare({ pictures: _, x0Pictures: __, ...frame }: SampleFrame): SampleFrame {
  return frame;
}

/** Frames in the order of their steps; one of the same step is replaced. */
export const keepFrame = (frames: readonly SampleFrame[], frame: SampleFrame): SampleFrame[] =>
  [...frames.filter(({ step }) => step !== frame.step), frame].sort((a, b) => a.step - b.step);

/** Step under which the end of a run is kept whose steps were let go. */
export const END_STEP = -1;

/** The end of a finished run as a state, without the network's opinion; null where there is no result. */
export function endFrame({ result }: Pick<RunNode, 'result'>): SampleFrame | null {
  if (!result) return null;
  const codes = Int32Array.from(result.codes.flatMap((grids) => [...flatten(grids)]));
  return {
    ...{ step: END_STEP, steps: 0, number: 0, time: 0, networkTime: null, codes },
    best: new Int32Array(codes.length),
    confidence: new Float32Array(codes.length),
    entropy: new Float32Array(codes.length),
  };
}
