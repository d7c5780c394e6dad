import { Button } from '@mantine/core';
import type { GoldenEntry, ModelSummary } from '../../engine/types';
import { ProgressLine } from '../../ui/ProgressLine';
import { useDesk, useDeskState } from './deskContext';
import classes from './ModelDetails.module.css';

/** Runs the model on its golden input, here, and shows how far each tensor is from what PyTorch computed. */
export function GoldenPanel({ model }: { model: ModelSummary }) {
  const { desk } = useDesk();
  const { id, golden, local, localFiles } = model;
  const check = useDeskState((state) => state.checks[id]);
  if (!golden || (local && !localFiles?.includes(golden.file)))
    return (
      <p className={classes.none}>There is no golden file in its folder: nothing to check this machine against.</p>
    );
  return (
    <section className={classes.golden} aria-label="Golden file">
      <div className={classes.row}>
        <Button loading={check?.phase === 'running'} onClick={() => void desk.check(id)} data-testid="check-golden">
          Check against the golden file
        </Button>
        <span className={classes.words}>
          What PyTorch computed with these very weights, against what this machine computes.
        </span>
      </div>
      {check?.phase === 'running' && (
        <ProgressLine
          fraction={check.progress?.fraction ?? null}
          message={check.progress?.message ?? 'Waiting for its turn'}
        />
      )}
      {check?.phase === 'failed' && (
        <p className={classes.failed} role="alert">
          {check.message}
        </p>
      )}
      {check?.result && <Differences entries={check.result.entries} adapter={check.result.adapter} />}
    </section>
  );
}

function Differences({ entries, adapter }: { entries: readonly GoldenEntry[]; adapter: string }) {
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="Differences from PyTorch, tensor by tensor">
      <table className={classes.table} data-testid="golden-table">
        <caption className={classes.words}>On {adapter}</caption>
        <thead>
          <tr>
            <th scope="col">tensor</th>
            <th scope="col">largest difference</th>
            <th scope="col">largest value</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.name}>
              <th scope="row">{entry.name}</th>
              <td>{differenceOf(entry)}</td>
              <td>{entry.name.startsWith('indices') ? '' : entry.scale.toPrecision(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Codes are right or wrong; where two are equally near, either is right. */
function differenceOf({ name, maxAbsDiff, indicesDifferent, nearTies, count }: GoldenEntry): string {
  if (!name.startsWith('indices')) return maxAbsDiff ? maxAbsDiff.toExponential(1) : '0';
  if (!indicesDifferent) return `none of ${count} codes`;
  return `${indicesDifferent} of ${count} codes${nearTies ? `, ${nearTies} near ties` : ''}`;
}
