import { useEffect } from 'react';
import { selectAt, selectTrace } from '../store';
import { useLab, useLabState } from './labState';

/** Time between two states that are played. */
const STEP_MS = 180;

/** Moves the scrubber by itself while it plays; it stops at either end. */
export function usePlay(): void {
  const { store } = useLab();
  const playing = useLabState((state) => state.view.playing);
  useEffect(() => {
    if (playing === 0) return;
    const to = (at: number, going: 1 | -1 | 0) =>
      store.setState((state) => ({
        view: { ...state.view, step: selectTrace(state)[at]?.step ?? null, playing: going },
      }));
    const last = () => selectTrace(store.getState()).length - 1;
    // From the end forward it begins anew, and the other way round.
    const at = selectAt(store.getState());
    if (playing === 1 && at >= last()) to(0, playing);
    if (playing === -1 && at <= 0) to(last(), playing);
    const timer = setInterval(() => {
      const next = selectAt(store.getState()) + playing;
      to(next, next <= 0 || next >= last() ? 0 : playing);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [store, playing]);
}
