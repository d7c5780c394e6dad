import { Button } from '@mantine/core';
import { ProgressLine } from '../../../ui/ProgressLine';
import { selectBusy, selectNoModels, selectRunMissing } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Boxes.module.css';

const waiting = { starting: 'Starting the engine', loading: 'Starting the engine', running: 'Running' } as const;

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What a box says while it has nothing to show. */
export function WaitLine() {
  const phase = useLabState((state) => state.phase);
  const message = useLabState((state) => state.progress?.message);
  const source = useLabState((state) => state.source);
  const where = useLabState(selectNoModels) ? 'above' : 'under Reconstruction';
  if (phase === 'failed') return <p className={classes.empty}>No result: the reason is {where}.</p>;
  if (phase === 'idle') return <p className={classes.empty}>{source ? 'Stopped.' : 'Waiting for a picture.'}</p>;
  return <p className={classes.empty}>{message ? capitalize(message) : waiting[phase]}…</p>;
}

/** The bar over a box: download, compilation, run; with the way to stop them, and to go on after that. */
export function ProgressOverlay() {
  const { session } = useLab();
  const phase = useLabState((state) => state.phase);
  const progress = useLabState((state) => state.progress);
  const busy = useLabState(selectBusy);
  const missing = useLabState(selectRunMissing);
  if (missing) {
    return (
      <div className={classes.wait}>
        <span className={classes.waitWords}>Stopped before there was a result.</span>
        <Button onClick={() => void session.retry()} data-testid="resume">
          Run it
        </Button>
      </div>
    );
  }
  if (phase === 'idle' || phase === 'failed') return null;
  return (
    // A run that is over in a moment shows no bar: one that flashes helps nobody.
    <div className={classes.wait} data-late={(phase === 'running' && !progress) || undefined}>
      <ProgressLine
        fraction={progress?.fraction ?? null}
        message={progress ? capitalize(progress.message) : waiting[phase]}
        testId="progress"
      />
      {busy && (
        <Button onClick={() => session.cancel()} data-testid="cancel">
          Stop
        </Button>
      )}
    </div>
  );
}

/** The words over what does not belong to the present input or settings. */
export function StaleTag({ stale }: { stale: string | null }) {
  return stale && <span className={classes.staleTag}>{stale}</span>;
}
