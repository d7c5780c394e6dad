import { Button } from '@mantine/core';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { ProgressLine } from '../../../ui/ProgressLine';
import type { TilesSession } from './session';
import type { JobKind, TilesState, TilesStore } from './store';
import classes from './TilesPanel.module.css';

export interface TilesServices {
  readonly store: TilesStore;
  readonly session: TilesSession;
}

export const TilesContext = createContext<TilesServices | null>(null);

export function useTiles(): TilesServices {
  const services = useContext(TilesContext);
  if (!services) throw new Error('useTiles outside of the world of tiles');
  return services;
}

/** A piece of the page's state; the component renders anew only when that piece changes. */
export const useTilesState = <T,>(select: (state: TilesState) => T): T => useStore(useTiles().store, select);

/** The button that begins a job, and stops it while it runs. */
export function JobButton({ kind, label, onStart }: { kind: JobKind; label: string; onStart: () => void }) {
  const { session } = useTiles();
  const running = useTilesState((state) => state.job?.kind ?? null);
  const own = running === kind;
  return (
    <Button
      variant={own ? 'default' : 'filled'}
      className={own ? '' : (classes.start ?? '')}
      disabled={running !== null && !own}
      onClick={own ? () => session.stop() : onStart}
      data-testid={`tiles-${kind}`}
    >
      {own ? 'Stop' : label}
    </Button>
  );
}

/** How far a job is, or what went wrong with it. */
export function JobState({ kind }: { kind: JobKind }) {
  const job = useTilesState((state) => (state.job?.kind === kind ? state.job : null));
  const failure = useTilesState((state) => (state.failure?.kind === kind ? state.failure.message : null));
  if (job) return <ProgressLine fraction={job.fraction} message={job.message} testId={`tiles-${kind}-progress`} />;
  return (
    failure !== null && (
      <p className={classes.problem} role="alert">
        {failure}
      </p>
    )
  );
}
