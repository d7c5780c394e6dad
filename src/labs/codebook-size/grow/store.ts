import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Growth, GrowPoint, Picture } from '../../../engine/types';

export interface GrowSettings {
  readonly steps: number;
  readonly seed: number;
  readonly revival: boolean;
  readonly decoder: boolean;
}

/** A variant that the visitor kept. */
export interface KeptGrowth {
  readonly id: string;
  /** What it is, in a line. */
  readonly words: string;
}

export interface GrowState {
  readonly pictures: readonly { readonly name: string; readonly picture: Picture }[];
  /** Files that could not be read, in words. */
  readonly problems: readonly string[];
  readonly settings: GrowSettings;
  /** 'reading': pictures are opened. */
  readonly phase: 'idle' | 'reading' | 'growing';
  readonly progress: { readonly fraction: number | null; readonly message: string } | null;
  readonly failure: string | null;
  /** What the engine holds; null before the first measurement. */
  readonly growth: Growth | null;
  /** With the points between two measurements. */
  readonly curve: readonly GrowPoint[];
  readonly kept: readonly KeptGrowth[];
}

export type GrowStore = StoreApi<GrowState>;

export const createGrowStore = (): GrowStore =>
  createStore<GrowState>(() => ({
    ...{ pictures: [], problems: [], phase: 'idle', progress: null, failure: null, growth: null, curve: [], kept: [] },
    settings: { steps: 200, seed: 1, revival: true, decoder: false },
  }));

/** Every fifth picture is held back, and one in any case. */
const HOLD_BACK = 5;

/** Pictures to learn from and pictures to measure with; a lone picture leaves nothing to measure with. */
export function splitPictures<T>(pictures: readonly T[]): {
  readonly learn: readonly T[];
  readonly hold: readonly T[];
} {
  const isHeld = (i: number) =>
    i % HOLD_BACK === HOLD_BACK - 1 || (pictures.length < HOLD_BACK && i === pictures.length - 1);
  return {
    learn: pictures.filter((_, i) => pictures.length < 2 || !isHeld(i)),
    hold: pictures.filter((_, i) => pictures.length >= 2 && isHeld(i)),
  };
}
