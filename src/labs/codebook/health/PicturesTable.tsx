import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { formatInteger } from '../../../ui/format';
import { IconDownload } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { download } from '../../download';
import type { CodeSet } from '../sets';
import { picturesCsv, pictureRows } from '../tables';
import classes from './HealthPage.module.css';

/** Rows on the page; the file has all. */
const SHOWN = 200;

/** The use of the codebook in each picture by itself, the poorest first. */
export function PicturesTable({ grids }: { grids: NonNullable<CodeSet['grids']> }) {
  const rows = useMemo(() => pictureRows(grids), [grids]);
  return (
    <Panel
      title="Picture by picture"
      tessera="bone"
      lesson={`A flat drawing needs few codes, a busy photograph many.${rows.length > SHOWN ? ` The ${SHOWN} poorest of ${formatInteger(rows.length)} are shown.` : ''}`}
      aside={
        <Button
          size="xs"
          leftSection={<IconDownload size={14} stroke={1.7} />}
          onClick={() => download(new Blob([picturesCsv(rows)], { type: 'text/csv' }), 'codes-by-picture.csv')}
        >
          CSV
        </Button>
      }
    >
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
            {rows.slice(0, SHOWN).map(({ name, total, used, perplexity }, i) => (
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
