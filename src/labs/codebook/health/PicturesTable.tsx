import { useMemo } from 'react';
import { countCodes, usageOf } from '../../../codebook/counts';
import { Panel } from '../../../ui/Panel';
import type { CodeSet } from '../sets';
import classes from './HealthPage.module.css';

/** The use of the codebook in each picture by itself, the poorest first. */
export function PicturesTable({ grids }: { grids: NonNullable<CodeSet['grids']> }) {
  const rows = useMemo(
    () =>
      grids
        .map(({ name, grid }) => ({ name, ...usageOf(countCodes([grid], grid.codebookSize)) }))
        .sort((a, b) => a.perplexity - b.perplexity),
    [grids],
  );
  return (
    <Panel title="Picture by picture" tessera="bone" lesson="A flat drawing needs few codes, a busy photograph many.">
      <div className={classes.scroll} tabIndex={0} role="group" aria-label="Pictures, scrolls">
        <table className={classes.table} data-testid="pictures-table">
          <thead>
            <tr>
              <th scope="col">Picture</th>
              <th scope="col">Codes</th>
              <th scope="col">Different</th>
              <th scope="col">Perplexity</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, total, used, perplexity }, i) => (
              <tr key={i}>
                <th scope="row">{name}</th>
                <td>{total}</td>
                <td>{used}</td>
                <td>{perplexity.toFixed(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
