import { selectStale } from '../store';
import { useLabState } from './labState';
import { ComparePanel } from './ComparePanel';
import { QuantizerPanel } from './QuantizerPanel';
import { SameBytesPanel } from './SameBytesPanel';
import { TimingPanel } from './TimingPanel';
import classes from './Details.module.css';

/** What one looks at after the first look: difference, other codecs, the quantizer, time. */
export default function Details() {
  const result = useLabState((state) => state.result);
  const stale = useLabState(selectStale);
  const name = useLabState((state) => state.resultOf?.name);
  if (!result) return null;
  return (
    <div className={classes.details} data-stale={stale ?? undefined}>
      {stale && (
        <p className={classes.stale}>
          What follows is {stale}: {name}.
        </p>
      )}
      <ComparePanel result={result} />
      <div className={classes.column}>
        <SameBytesPanel result={result} />
        <TimingPanel result={result} />
      </div>
      <div className={classes.wide}>
        <QuantizerPanel result={result} />
      </div>
    </div>
  );
}
