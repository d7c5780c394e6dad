import classes from './TilesPanel.module.css';

export interface LegendLine {
  readonly name: string;
  readonly colour: string;
  readonly dash: string;
}

/** Which line is which: told apart by colour and by dash. */
export function ChartLegend({ lines }: { lines: readonly LegendLine[] }) {
  return (
    <figcaption className={classes.legend}>
      {lines.map(({ name, colour, dash }) => (
        <span key={name}>
          <svg width="26" height="8" aria-hidden="true">
            <line x1="0" x2="26" y1="4" y2="4" strokeWidth="2" style={{ stroke: colour }} strokeDasharray={dash} />
          </svg>
          {name}
        </span>
      ))}
    </figcaption>
  );
}
