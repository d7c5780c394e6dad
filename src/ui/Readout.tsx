import type { ReactNode } from 'react';
import classes from './Readout.module.css';

/** One measured value, as on an instrument: small label, large figure, a line of context. */
export function Readout(props: { label: ReactNode; value: ReactNode; note?: ReactNode; testId?: string }) {
  return (
    <div className={classes.readout}>
      <dt className={classes.label}>{props.label}</dt>
      <dd className={classes.value} data-testid={props.testId}>
        {props.value}
      </dd>
      {props.note && <dd className={classes.note}>{props.note}</dd>}
    </div>
  );
}

/** A row of readouts, divided by hairlines. */
export function ReadoutRow({ children, label }: { children: ReactNode; label: string }) {
  return (
    <dl className={classes.row} aria-label={label}>
      {children}
    </dl>
  );
}
