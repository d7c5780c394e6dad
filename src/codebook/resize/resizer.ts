import type { ResizedCodebook } from '../types';
import { createDropper, type Dropper } from './drop';
import { createMerger, type Merger } from './merge';
import type { CountedCodebook, ResizeMethod } from './types';
import { checkBook, checkSize } from './vectors';

/** One codebook in any size, either way. What is costly is done once, at the first question of its kind. */
export interface Resizer {
  /** Its whole size. */
  readonly count: number;
  /** @throws RangeError for a size that it cannot have */
  resize(size: number, method: ResizeMethod): ResizedCodebook;
}

/** @throws RangeError where rows and counts do not fit */
export function createResizer(book: CountedCodebook): Resizer {
  checkBook(book);
  const count = book.counts.length;
  let dropper: Dropper | null = null;
  let merger: Merger | null = null;
  return {
    count,
    resize(size, method) {
      checkSize(size, count);
      // The whole codebook is itself, to the bit.
      if (size === count)
        return { size, rows: Float32Array.from(book.rows), remap: Int32Array.from(book.counts, (_, code) => code) };
      if (method === 'drop') return (dropper ??= createDropper(book)).drop(size);
      return (merger ??= createMerger(book)).merge(size);
    },
  };
}
