import { useEffect, useState } from 'react';
import type { QuantizerView, Reconstruction } from '../../../engine/types';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { VectorBars } from '../../../ui/VectorBars';
import { isTwoLevel, placeOf, titleOfGrid } from '../../codeFacts';
import { patchKey, selectGrid, type Cell } from '../store';
import { useLab, useLabState, useSetView } from './labState';
import classes from './QuantizerPanel.module.css';

/** Nearest codes shown for each level. */
const shownCodes = 8;

type Opened = { result: Reconstruction; cell: Cell; level: number } & ({ view: QuantizerView } | { problem: string });

/** The engine's answer for one cell of one result; null until it is there. */
function useOpened(result: Reconstruction, cell: Cell | null, level: number): Opened | null {
  const { context } = useLab();
  const [opened, setOpened] = useState<Opened | null>(null);
  useEffect(() => {
    if (!cell) return;
    let gone = false;
    const ended = new AbortController();
    const place = placeOf(result, cell, level);
    context.engine.inspect(result.modelId, place, shownCodes, { signal: ended.signal }).then(
      (view) => !gone && setOpened({ result, cell, level, view }),
      (error: unknown) =>
        !gone && setOpened({ result, cell, level, problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      gone = true;
      ended.abort();
    };
  }, [context, result, cell, level]);
  return opened?.result === result && opened.cell === cell && opened.level === level ? opened : null;
}

/** The quantizing step at one tile, opened up: what the encoder said, which codes were near, which one was taken. */
export function QuantizerPanel({ result }: { result: Reconstruction }) {
  const selected = useLabState((state) => state.view.selected);
  const grid = useLabState(selectGrid);
  const shownLevel = useLabState((state) => state.view.level);
  const setView = useSetView();
  const twoLevel = isTwoLevel(result.codes);
  // A residual model is opened whole, whichever level is on the screen.
  const opened = useOpened(result, selected, twoLevel ? shownLevel : 0);
  const cell = selected;
  return (
    <Panel
      title="Open the quantizer"
      tessera="lapis"
      aside={
        cell && `${twoLevel ? `${titleOfGrid(result.codes, shownLevel)}: ` : ''}row ${cell.y + 1}, column ${cell.x + 1}`
      }
      lesson="The encoder answers each place with a vector. The codebook has no such vector, so the nearest one it has is taken: its number is the code, and the distance is what is lost."
    >
      {!cell && (
        <p className={classes.hint}>
          Click a tile of the mosaic above, or{' '}
          <button
            type="button"
            className={classes.link}
            onClick={() => grid && setView({ selected: { x: grid.width >> 1, y: grid.height >> 1 } })}
          >
            open the one in the middle
          </button>
          .
        </p>
      )}
      {cell && opened && 'problem' in opened && (
        <p className={classes.hint} role="alert">
          {opened.problem}
        </p>
      )}
      {cell && opened && 'view' in opened && <Steps result={result} view={opened.view} first={opened.level} />}
    </Panel>
  );
}

/** @param first level of the first codebook that the vector went through */
function Steps({ result, view, first }: { result: Reconstruction; view: QuantizerView; first: number }) {
  const limit = Math.max(
    1e-6,
    ...view.latent.map(Math.abs),
    ...view.levels.flatMap((level) => level.nearest.flatMap(({ vector }) => Array.from(vector, Math.abs))),
  );
  return (
    <div className={classes.steps} data-testid="quantizer">
      <section className={classes.latent} aria-label="The encoder's vector">
        <h3>The encoder's vector</h3>
        <VectorBars vector={view.latent} limit={limit} label="Latent vector" height={96} />
        <p>{Array.from(view.latent, (value) => value.toFixed(2)).join('  ')}</p>
      </section>
      {view.levels.map((level, i) => (
        <Level
          key={i}
          result={result}
          level={first + i}
          of={view.levels.length}
          nearest={level.nearest}
          chosen={level.chosen}
          limit={limit}
        />
      ))}
    </div>
  );
}

function Level(props: {
  result: Reconstruction;
  level: number;
  of: number;
  nearest: QuantizerView['levels'][number]['nearest'];
  chosen: number;
  limit: number;
}) {
  const { result, level, of, nearest, chosen, limit } = props;
  const { session } = useLab();
  const patches = useLabState((state) => state.patches);
  useEffect(() => {
    void session.wantPatches(
      level,
      nearest.map(({ index }) => index),
    );
  }, [session, level, nearest]);
  const farthest = Math.max(1e-9, ...nearest.map(({ distance }) => distance));
  return (
    <section aria-label={of > 1 ? `Level ${level + 1}` : 'Nearest codes'}>
      <h3>{of > 1 ? `Level ${level + 1}: nearest codes to what is left` : 'Its nearest codes'}</h3>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Patch</th>
            <th scope="col">Code</th>
            <th scope="col">Vector</th>
            <th scope="col">Distance</th>
          </tr>
        </thead>
        <tbody>
          {nearest.map(({ index, distance, vector }) => {
            const patch = patches.get(patchKey(result.modelId, level, index));
            return (
              <tr key={index} data-chosen={index === chosen || undefined}>
                <td className={classes.patch}>
                  {patch && <PictureCanvas picture={patch} label={`Patch of code ${index}`} pixelated />}
                </td>
                <td className={classes.code}>
                  {index}
                  {index === chosen && <span className={classes.chosen}>chosen</span>}
                </td>
                <td className={classes.vector}>
                  <VectorBars vector={vector} limit={limit} label={`Vector of code ${index}`} height={30} />
                </td>
                <td className={classes.distance}>
                  <span
                    className={classes.bar}
                    style={{ width: `${(distance / farthest) * 100}%` }}
                    aria-hidden="true"
                  />
                  <span>{distance.toPrecision(3)}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
