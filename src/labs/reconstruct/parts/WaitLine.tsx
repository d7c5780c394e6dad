import { ProgressLine } from '../../../ui/ProgressLine';
import { useLabState } from './labState';
import classes from './Boxes.module.css';

const waiting = { starting: 'Starting the engine', loading: 'Starting the engine', running: 'Running' } as const;

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What a box says while it has nothing to show. */
export function WaitLine() {
  const phase = useLabState((state) => state.phase);
  const message = useLabState((state) => state.progress?.message);
  const source = useLabState((state) => state.source);
  if (phase === 'failed') return <p className={classes.empty}>No result: the reason is in the third box.</p>;
  if (phase === 'idle') return <p className={classes.empty}>{source ? 'Stopped.' : 'Waiting for a picture.'}</p>;
  return <p className={classes.empty}>{message ? capitalize(message) : waiting[phase]}…</p>;
}

/** The bar over a box: download, compilation, tiles. */
export function ProgressOverlay() {
  const phase = useLabState((state) => state.phase);
  const progress = useLabState((state) => state.progress);
  if (phase === 'idle' || phase === 'failed') return null;
  if (!progress && phase === 'running') return null;
  return (
    <div className={classes.wait}>
      <ProgressLine
        fraction={progress?.fraction ?? null}
        message={progress ? capitalize(progress.message) : 'Starting the engine'}
        testId="progress"
      />
    </div>
  );
}
