/** What is measured, and how two results are compared before anything is timed. */
import type { GpuContext } from '../src/gpu/device';
import type { RatioSummary } from './stats';

export interface BenchItem {
  readonly id: string;
  readonly what: string;
  /** What the lower end of every ratio's interval has to reach (`--gate`). */
  readonly atLeast: number;
  readonly error?: string;
  readonly maxAbsDiff?: number;
  readonly ratios: Record<string, RatioSummary>;
  readonly timesMs: Record<string, number>;
}

/** What an item is measured with. */
export interface BenchRun {
  readonly context: GpuContext;
  readonly rounds: number;
  /** Tells the visitor, and the terminal, how far it is. */
  readonly say: (text: string) => void;
}

/** Largest difference of two arrays; NaN where one of them holds NaN, Infinity where their lengths differ. */
export function maxAbsDiff(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

/** A wrong result is not timed: the item with the reason instead of ratios; null where all is well. */
export function refuse(item: Pick<BenchItem, 'id' | 'what' | 'atLeast'>, faults: readonly string[]): BenchItem | null {
  return faults.length ? { ...item, error: faults.join('; '), ratios: {}, timesMs: {} } : null;
}

/** An item's ratios in a line, told as soon as they are there: a run that is cut short has not measured for nothing. */
export const inWords = (ratios: BenchItem['ratios']): string =>
  Object.entries(ratios)
    .map(
      ([name, { median, low, high }]) =>
        `${name} ${median.toFixed(2)} x our time [${low.toFixed(2)}, ${high.toFixed(2)}]`,
    )
    .join(', ');

/** Folder of a model: shipped ones lie in models/ beside the page, the tiny ones of the tests in fixtures/models/. */
export function folderOf(modelId: string): string {
  const folder = /^(emoji|photo)-/.test(modelId) ? '../models/' : '../fixtures/models/';
  return new URL(folder, location.href).href;
}
