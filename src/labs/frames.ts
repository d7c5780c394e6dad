/** What a kept state says: codes, what changed, what stands in for [MASK], heat maps. Without React and engine. */
import { levelOf, maskIds, spansOf, type Layout } from '../diffusion/layout';
import type { CodeGrid, Picture, SampleFrame } from '../engine/types';
import { heat } from '../image/metrics';

/** One sample's part of [batch, N]. */
export function sampleOf<T extends Int32Array | Float32Array>(values: T, sample: number, length: number): T {
  return values.subarray(sample * length, (sample + 1) * length) as T;
}

/** One sample's codes [N] as grids; they may hold [MASK]. */
export const gridsOf = (codes: Int32Array, layout: Layout): CodeGrid[] =>
  spansOf(layout).map(({ first, count, codebookSize }, level) => {
    const { name = '', height = 0, width = 0 } = layout[level] ?? {};
    return { name, height, width, codebookSize, indices: Int32Array.from(codes.subarray(first, first + count)) };
  });

/** Grids one after the other, [N]. */
export function flatten(grids: readonly CodeGrid[]): Int32Array<ArrayBuffer> {
  return Int32Array.from(grids.flatMap(({ indices }) => [...indices]));
}

export const isMask = (code: number, layout: Layout, place: number): boolean =>
  code === layout[levelOf(layout, place)]?.codebookSize;

/** Places at which a step changed something. */
export function changedPlaces(before: Int32Array, after: Int32Array): number[] {
  return [...after.keys()].filter((place) => before[place] !== after[place]);
}

export const holdsMask = (codes: Int32Array, layout: Layout): boolean => {
  const masks = maskIds(layout);
  return codes.some((code, place) => code === masks[place]);
};

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
