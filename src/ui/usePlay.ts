import { useEffect, useRef } from 'react';

/** Time between two states that are played. */
const STEP_MS = 180;

export interface Player {
  /** Forward, back, or not. */
  readonly playing: 1 | -1 | 0;
  /** Where it is now, and the last place there is; asked at every step, since a run may grow meanwhile. */
  readonly position: () => { readonly at: number; readonly last: number };
  readonly move: (at: number, playing: 1 | -1 | 0) => void;
}

/** Moves a scrubber by itself while it plays; it stops at either end. */
export function usePlay({ playing, position, move }: Player): void {
  const latest = useRef({ position, move });
  useEffect(() => {
    latest.current = { position, move };
  });
  useEffect(() => {
    if (playing === 0) return;
    const to = (at: number, going: 1 | -1 | 0) => latest.current.move(at, going);
    // From the end forward it begins anew, and the other way round.
    const { at, last } = latest.current.position();
    if (playing === 1 && at >= last) to(0, playing);
    if (playing === -1 && at <= 0) to(last, playing);
    const timer = setInterval(() => {
      const now = latest.current.position();
      const next = now.at + playing;
      to(next, next <= 0 || next >= now.last ? 0 : playing);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [playing]);
}
