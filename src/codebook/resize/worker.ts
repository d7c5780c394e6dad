import { expose } from 'comlink';
import type { ResizedCodebook } from '../types';
import { createResizer, type Resizer } from './resizer';
import type { CountedCodebook, ResizeMethod } from './types';

/** Codebooks kept, trees and all: the one unused for longest leaves first. */
const KEPT = 4;
/** Insertion order is order of use. By the page's key: its levels. */
const kept = new Map<string, readonly Resizer[]>();

const api = {
  open(key: string, books: readonly CountedCodebook[]): void {
    const known = kept.get(key) ?? books.map(createResizer);
    kept.delete(key);
    kept.set(key, known);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) break;
      kept.delete(oldest);
    }
  },
  /** Null where the key is not open (any more). */
  resize(key: string, size: number, method: ResizeMethod): ResizedCodebook[] | null {
    return kept.get(key)?.map((level) => level.resize(Math.min(size, level.count), method)) ?? null;
  },
};

export type ResizeWorker = typeof api;

expose(api);
