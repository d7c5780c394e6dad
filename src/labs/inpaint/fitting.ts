/** Fits of latents, one at a time: what a run says while it goes on, what came out, what went wrong. A new one stops the one before. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EngineClient, FitOptions, FitReport, FitResult } from '../../engine/types';
import { isAbort, messageOf } from '../abort';

export interface FittingState<About> {
  /** What it was asked about. */
  readonly about: About | null;
  readonly report: FitReport | null;
  readonly result: FitResult | null;
  readonly failure: string | null;
  readonly busy: boolean;
}

export interface Fitting<About> {
  readonly store: StoreApi<FittingState<About>>;
  /** Never rejects. @param options what the engine is asked for; may take a while, and the engine's help */
  ask(about: About, options: (signal: AbortSignal) => Promise<FitOptions>): Promise<void>;
  cancel(): void;
}

/** How far it is, all runs together: 0 .. 1. */
export const shareOf = ({ run, step, steps }: FitReport, runs: number): number => (run + step / steps) / runs;

export function createFitting<About>(engine: EngineClient): Fitting<About> {
  const nothing: FittingState<About> = { about: null, report: null, result: null, failure: null, busy: false };
  const store = createStore<FittingState<About>>(() => nothing);
  let running: AbortController | null = null;
  return {
    store,
    async ask(about, options) {
      running?.abort();
      const mine = (running = new AbortController());
      store.setState({ ...nothing, about, busy: true });
      try {
        const onReport = (report: FitReport) => running === mine && store.setState({ report });
        const asked = await options(mine.signal);
        const result = await engine.fitLatents(asked, onReport, { signal: mine.signal });
        if (running === mine) store.setState({ result, busy: false });
      } catch (error) {
        if (running === mine) store.setState({ busy: false, failure: isAbort(error) ? null : messageOf(error) });
      }
    },
    cancel: () => running?.abort(),
  };
}
