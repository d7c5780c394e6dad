import { Button, SegmentedControl, Switch } from '@mantine/core';
import { formatDb, formatMs } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { isTwoLevel, titleOfGrid } from '../../codeFacts';
import { changedByLevel, selectGrid, selectStale } from '../store';
import { useLab, useLabState } from './labState';
import { SaveButtons } from './SaveButtons';
import { Stage } from './Stage';
import classes from './Desk.module.css';

/** Codes on the left, what they decode to on the right. */
export function Desk() {
  return (
    <div className={classes.desk}>
      <CodesPanel />
      <PicturePanel />
    </div>
  );
}

function CodesPanel() {
  const { session } = useLab();
  const view = useLabState((state) => state.view);
  const grids = useLabState((state) => state.grids);
  const grid = useLabState(selectGrid);
  const name = useLabState((state) => state.opened?.name);
  const cell = view.hovered ? { x: Math.floor(view.hovered.x), y: Math.floor(view.hovered.y) } : view.cursor;
  const code = grid && cell.x < grid.width ? grid.indices[cell.y * grid.width + cell.x] : undefined;
  return (
    <Panel
      title="Codes"
      tessera="lapis"
      aside={
        <span className={classes.facts} data-testid="paint-opened" data-name={name}>
          {grid && `${grid.width} × ${grid.height}`}
          {code !== undefined && `; row ${cell.y + 1}, column ${cell.x + 1}: code ${code}`}
        </span>
      }
    >
      <div className={classes.stage}>
        {grid ? <Stage look={view.look} /> : <p className={classes.empty}>Codes appear here.</p>}
      </div>
      <div className={classes.foot}>
        <SegmentedControl
          aria-label="How codes are shown"
          value={view.look}
          onChange={(look) => session.look({ look })}
          data={[
            { value: 'patch', label: 'Patches' },
            { value: 'colour', label: 'Colours' },
            { value: 'number', label: 'Numbers' },
          ]}
        />
        {grids.length > 1 && (
          <SegmentedControl
            aria-label="Grid that is painted on"
            data-testid="paint-level"
            value={String(view.level)}
            onChange={(value) => {
              session.look({ level: Number(value), selection: null, hovered: null, cursor: { x: 0, y: 0 } });
              session.wantPatches(Number(value), [...(grids[Number(value)]?.indices ?? [])]);
            }}
            data={grids.map((_, i) => ({
              value: String(i),
              label: isTwoLevel(grids) ? titleOfGrid(grids, i) : `Level ${i + 1}`,
            }))}
          />
        )}
      </div>
    </Panel>
  );
}

function PicturePanel() {
  const { session } = useLab();
  const lines = useLabState((state) => state.view.lines);
  const marks = useLabState((state) => state.view.marks);
  const hasGrid = useLabState((state) => state.grids.length > 0);
  return (
    <Panel title="Picture" tessera="verdigris" aside={<ChangeFacts />}>
      <div className={classes.stage}>{hasGrid ? <Stage look="picture" /> : <Nothing />}</div>
      <div className={classes.foot}>
        <Switch
          size="xs"
          label="Joints"
          checked={lines}
          onChange={(event) => session.look({ lines: event.currentTarget.checked })}
        />
        <Switch
          size="xs"
          label="Mark changes"
          checked={marks}
          onChange={(event) => session.look({ marks: event.currentTarget.checked })}
        />
        <span className={classes.end}>
          <SaveButtons />
        </span>
      </div>
    </Panel>
  );
}

/** Nothing was opened yet, or the opening was stopped. */
function Nothing() {
  const { session } = useLab();
  const stopped = useLabState(({ phase, samples }) => phase === 'idle' && samples.length > 0);
  return stopped ? (
    <Button onClick={() => void session.retry()} data-testid="paint-resume">
      Open the picture
    </Button>
  ) : (
    <p className={classes.empty}>The picture appears here.</p>
  );
}

/** How much was painted, and how far the picture is from the one that was encoded. */
function ChangeFacts() {
  const opened = useLabState((state) => state.opened);
  const grids = useLabState((state) => state.grids);
  const stale = useLabState(selectStale);
  const psnr = useLabState((state) => state.psnr);
  const decodeMs = useLabState((state) => state.decodeMs);
  const changed = changedByLevel({ opened, grids }).reduce((sum, places) => sum + places.length, 0);
  const all = grids.reduce((sum, { indices }) => sum + indices.length, 0);
  if (!opened) return null;
  return (
    <span className={classes.facts} aria-live="polite">
      <span data-testid="paint-changed">{changed === 0 ? 'as encoded' : `${changed} of ${all} codes changed`}</span>
      {changed > 0 && psnr !== null && !stale && (
        <span data-testid="paint-psnr" title="PSNR against the picture as it was encoded">
          {formatDb(psnr)}
        </span>
      )}
      {changed > 0 && decodeMs !== null && !stale && <span>decoded in {formatMs(decodeMs)}</span>}
      <span className={classes.busy} data-on={stale || undefined} data-testid="paint-busy">
        {stale ? 'decoding' : ''}
      </span>
    </span>
  );
}
