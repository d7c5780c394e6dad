import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { neighboursOf, type PairTable } from '../../../codebook/pairs';
import { formatInteger } from '../../../ui/format';
import { IconDownload } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { download } from '../../download';
import { CodeButton } from '../parts/CodeButton';
import { useLab, useLabState } from '../parts/labState';
import type { CodeSet } from '../sets';
import { selectAtlas, selectCode, selectModel } from '../store';
import { pairsCsv } from '../tables';
import classes from './HealthPage.module.css';

/** Neighbours that are shown. */
const SHOWN = 10;

/** Which codes lie beside which, in a set whose pictures are known. */
export function PairsPanel({ set }: { set: CodeSet }) {
  const { session } = useLab();
  const code = useLabState(selectCode);
  const pairs = useLabState((state) => (state.pairs?.key === set.key ? state.pairs.value : null));
  const model = useLabState((state) => selectModel(state)?.id ?? '');
  return (
    <Panel
      title="Who lies beside whom"
      tessera="terracotta"
      lesson={
        !set.grids
          ? 'The model’s own sets come as counts alone, without their pictures: choose this picture, the built-in ones or your own.'
          : code === null
            ? 'Choose a code: which ones lie right of it and below it, and how much more often than chance would put them there.'
            : `Right of code ${code} and below it, with how many times more often than by chance.`
      }
      aside={
        pairs &&
        set.grids && (
          <Button
            size="xs"
            leftSection={<IconDownload size={14} stroke={1.7} />}
            onClick={() =>
              download(new Blob([pairsCsv(pairs)], { type: 'text/csv' }), `${model}-${set.name}-neighbours.csv`)
            }
            data-testid="pairs-csv"
          >
            Whole table
          </Button>
        )
      }
    >
      {!set.grids && (
        <Button onClick={() => void session.change({ set: 'samples' })} style={{ alignSelf: 'start' }}>
          Built-in pictures
        </Button>
      )}
      {pairs && set.grids && (
        <>
          {code !== null && (
            <div className={classes.columns} data-testid="pairs">
              <Side title="Right of it" table={pairs.right} code={code} />
              <Side title="Below it" table={pairs.below} code={code} />
            </div>
          )}
          <p className={classes.note}>
            {formatInteger(pairs.right.total)} pairs side by side, {formatInteger(pairs.below.total)} above each other.
          </p>
        </>
      )}
    </Panel>
  );
}

function Side({ title, table, code }: { title: string; table: PairTable; code: number }) {
  const sheet = useLabState((state) => selectAtlas(state)?.sheet ?? null);
  const found = useMemo(() => neighboursOf(table, code), [table, code]);
  const total = found.reduce((sum, { count }) => sum + count, 0);
  return (
    <div>
      <h3 className={classes.title}>
        {title}: {formatInteger(found.length)} codes, {formatInteger(total)} times
      </h3>
      <div className={classes.strip}>
        {found.slice(0, SHOWN).map(({ code: other, count, expected }) => (
          <CodeButton key={other} code={other} sheet={sheet} words={`${count} times, ${expected.toFixed(2)} by chance`}>
            {count}, {count / expected >= 10 ? formatInteger(count / expected) : (count / expected).toFixed(1)}×
          </CodeButton>
        ))}
      </div>
      {found.length === 0 && <p className={classes.note}>It has no such neighbour in these pictures.</p>}
    </div>
  );
}
