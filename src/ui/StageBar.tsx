import { formatMs } from './format';
import classes from './StageBar.module.css';

export interface Stage {
  readonly label: string;
  /** Null: not measured by itself. */
  readonly timeMs: number | null;
  /** The stage that it was measured in, where it has no time of its own. */
  readonly inside?: string;
  /** A colour token of ui/tokens.css, without the dashes. */
  readonly colour: string;
}

/** Where the time of one run went: a stacked bar, and the same as a list of figures. */
export function StageBar({ stages }: { stages: readonly Stage[] }) {
  const total = stages.reduce((sum, stage) => sum + (stage.timeMs ?? 0), 0) || 1;
  return (
    <div>
      <div className={classes.bar} aria-hidden="true">
        {stages.map(
          ({ label, timeMs, colour }) =>
            timeMs !== null && (
              <span key={label} style={{ flexGrow: Math.max(timeMs / total, 0.002), background: `var(--${colour})` }} />
            ),
        )}
      </div>
      <dl className={classes.list}>
        {stages.map(({ label, timeMs, inside, colour }) => (
          <div key={label}>
            <dt>
              <span className={classes.dot} style={{ background: `var(--${colour})` }} aria-hidden="true" />
              {label}
            </dt>
            {timeMs === null ? (
              <dd className={classes.inside}>{inside ? `in ${inside}` : 'not measured'}</dd>
            ) : (
              <dd>{formatMs(timeMs)}</dd>
            )}
          </div>
        ))}
      </dl>
    </div>
  );
}
