import { Button, SegmentedControl, UnstyledButton } from '@mantine/core';
import { useMemo, useState } from 'react';
import { nearestCodes } from '../../../codebook/nearest';
import { CodePatch } from '../../../ui/CodePatch';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { ProgressLine } from '../../../ui/ProgressLine';
import { GAIN } from '../inContext';
import { useLab, useLabState } from '../parts/labState';
import { selectAtlas, selectCode, selectCodebook, selectGrid, selectPlace, selectSize } from '../store';
import classes from './AtlasPage.module.css';

/** Codes that are tried in one go. */
export const TRIED = 64;

/** The chosen codes one by one: alone, in the picture, or what they change there. */
export function ContextPanel() {
  const { session } = useLab();
  const view = useLabState((state) => state.spec.view);
  const code = useLabState(selectCode);
  const grid = useLabState(selectGrid);
  const place = useLabState(selectPlace);
  const codebook = useLabState(selectCodebook);
  const size = useLabState(selectSize);
  const visible = useLabState((state) => state.visible);
  const metric = useLabState((state) => state.spec.metric);
  const inContext = useLabState((state) => state.inContext);
  const [which, setWhich] = useState<'nearest' | 'visible'>('nearest');
  const codes = useMemo(() => {
    if (which === 'visible' || code === null) return visible.slice(0, TRIED);
    if (!codebook) return [code];
    const near = nearestCodes(codebook, codebook.length / size, code, TRIED - 1, metric);
    return [code, ...near.map(({ index }) => index)];
  }, [which, code, visible, codebook, size, metric]);
  const row = grid && place !== null ? Math.floor(place / grid.width) + 1 : 0;
  const column = grid && place !== null ? (place % grid.width) + 1 : 0;
  return (
    <>
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Which codes"
          value={which}
          onChange={setWhich}
          data={[
            { value: 'nearest', label: code === null ? 'Nearest to the chosen' : `Nearest to ${code}` },
            { value: 'visible', label: 'Visible in the atlas' },
          ]}
        />
        {view !== 'alone' &&
          (inContext?.running ? (
            <>
              <Button onClick={() => session.stopContext()} data-testid="context-stop">
                Stop
              </Button>
              <ProgressLine
                fraction={inContext.done.length / inContext.total}
                message={`${inContext.done.length} of ${inContext.total} codes decoded`}
              />
            </>
          ) : (
            <>
              <Button
                disabled={!grid || codes.length === 0}
                onClick={() => void session.showInContext(codes)}
                data-testid="context-run"
              >
                Try {Math.min(TRIED, codes.length)} codes at row {row}, column {column}
              </Button>
              <span className={classes.note}>The place is the tile that you click in the picture’s codes.</span>
            </>
          ))}
      </div>
      {view === 'alone' ? <Alone codes={codes} /> : <Tried effect={view === 'effect'} />}
    </>
  );
}

function Alone({ codes }: { codes: readonly number[] }) {
  const { session, store } = useLab();
  const sheet = useLabState((state) => selectAtlas(state)?.sheet ?? null);
  const chosen = useLabState(selectCode);
  if (!sheet) return null;
  return (
    <div className={classes.grid} data-testid="codes-alone">
      {codes.slice(0, TRIED).map((code) => (
        <UnstyledButton
          key={code}
          className={classes.tile}
          aria-pressed={chosen === code}
          aria-label={`Code ${code}`}
          onClick={() => void session.change({ code })}
          onPointerEnter={() => store.setState({ hovered: code })}
          onPointerLeave={() => store.setState({ hovered: null })}
        >
          <span className={classes.shot}>
            <CodePatch sheet={sheet} code={code} />
          </span>
          {code}
        </UnstyledButton>
      ))}
    </div>
  );
}

function Tried({ effect }: { effect: boolean }) {
  const { session } = useLab();
  const inContext = useLabState((state) => state.inContext);
  const chosen = useLabState(selectCode);
  if (!inContext) return null;
  return (
    <>
      {effect && (
        <p className={classes.note}>
          Grey is no change; lighter and darker is what the code adds and takes, {GAIN} times as strong. The figure is
          the mean change of a pixel around it, of 255.
        </p>
      )}
      <div className={classes.grid} data-testid="codes-in-context">
        {inContext.done.map(({ code, picture, effect: difference, change }) => (
          <UnstyledButton
            key={code}
            className={classes.tile}
            aria-pressed={chosen === code}
            aria-label={`Code ${code}: changes the pixels around it by ${change.toFixed(1)} of 255`}
            onClick={() => void session.change({ code })}
          >
            <span className={classes.shot}>
              <PictureCanvas picture={effect ? difference : picture} label="" decorative pixelated />
            </span>
            {code}
            {effect && <span className={classes.figure}>{change.toFixed(1)}</span>}
          </UnstyledButton>
        ))}
      </div>
    </>
  );
}
