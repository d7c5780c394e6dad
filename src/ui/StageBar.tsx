import { formatMs } from './format';
import classes from './StageBar.module.css';

export interface Stage {
  readonly label: string;
  readonly timeMs: number;
  /** A colour token of ui/tokens.css, without the dashes. */
  readonly colour: string;
}

/** Where the time of one run went: a stacked bar, and the same as a list of figures. */
export function StageBar({ stages }: { stages: readonly Stage[] }) {
  const total = stages.reduce((sum, stage) => sum + stage.timeMs, 0) || 1;
  return (
    <div>
      <div className={classes.bar} aria-hidden="true">
        {stages.map((stage) => (
          <span
            key={stage.label}
            style={{ flexGrow: Math.max(stage.timeMs / total, 0.002), background: `var(--${stage.colour})` }}
          />
        ))}
      </div>
      <dl className={classes.list}>
        {stages.map((stage) => (
          <div key={stage.label}>
            <dt>
              <span className={classes.dot} style={{ background: `var(--${stage.colour})` }} aria-hidden="true" />
              {stage.label}
            </dt>
            <dd>{formatMs(stage.timeMs)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
