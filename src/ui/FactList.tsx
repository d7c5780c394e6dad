import type { ReactNode } from 'react';
import classes from './FactList.module.css';

/** Names and values in two columns, under a title. */
export function FactList(props: {
  title?: string;
  facts: readonly (readonly [name: string, value: ReactNode])[];
  children?: ReactNode;
}) {
  return (
    <div className={classes.facts}>
      {props.title && <strong>{props.title}</strong>}
      <dl className={classes.list}>
        {props.facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {props.children}
    </div>
  );
}
