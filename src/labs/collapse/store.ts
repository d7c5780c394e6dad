import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TheatreFrame, TheatreScene } from '../../engine/types';
import type { CollapseSpec } from './spec';

/** 'opening': the first frame is on its way. */
export type Phase = 'opening' | 'playing' | 'idle' | 'failed';

/** What is drawn over time, of each side. */
export interface CurvePoint {
  readonly step: number;
  readonly perplexity: readonly number[];
  readonly used: readonly number[];
  readonly error: readonly number[];
}

export interface CollapseState {
  readonly spec: CollapseSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly phase: Phase;
  readonly scene: TheatreScene | null;
  readonly frame: TheatreFrame | null;
  readonly curve: readonly CurvePoint[];
  readonly backend: string | null;
  readonly failure: string | null;
  /** Steps between two frames: how fast it plays. */
  readonly speed: number;
}

export type CollapseStore = StoreApi<CollapseState>;

export const SPEEDS = [1, 5, 20] as const;

export const createCollapseStore = (spec: CollapseSpec): CollapseStore =>
  createStore<CollapseState>(() => ({
    spec,
    ...{ canUndo: false, canRedo: false, phase: 'opening', scene: null, frame: null, curve: [], backend: null },
    ...{ failure: null, speed: 5 },
  }));

/** A long curve loses every second of its points: more than this nobody sees. */
const MOST_POINTS = 400;

/** The curve with one more frame. */
export function withPoint(curve: readonly CurvePoint[], { step, actors }: TheatreFrame): readonly CurvePoint[] {
  const point: CurvePoint = {
    step,
    perplexity: actors.map(({ perplexity }) => perplexity),
    used: actors.map(({ used }) => used),
    error: actors.map(({ error }) => error),
  };
  const kept = curve.length < MOST_POINTS ? curve : curve.filter((_, i) => i % 2 === 0);
  return [...kept, point];
}
