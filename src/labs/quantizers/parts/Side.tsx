import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { CodeCanvas } from '../../../ui/CodeCanvas';
import { indexColour } from '../../../ui/colour';
import { formatBytes, formatDb, formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { ProgressLine } from '../../../ui/ProgressLine';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { ModelChoice } from '../../ModelChoice';
import { KINDS, type SideName } from '../choose';
import { latticeOf } from '../probe';
import { bitsOfPart, cellAt, modelOf, partOf, partsOfModel, placeOf, selectMissing, shownOf } from '../store';
import { CodesHere } from './CodesHere';
import { useLab, useLabState } from './labState';
import { Lattice } from './Lattice';
import classes from './Side.module.css';

const TITLES: Readonly<Record<SideName, string>> = { left: 'Left', right: 'Right' };

/** One model's answer to the picture. */
export function Side({ side }: { side: SideName }) {
  const { session, context } = useLab();
  const models = useLabState((state) => state.models);
  const model = useLabState((state) => modelOf(state, side));
  const kind = model && KINDS[model.quantizer];
  return (
    <Panel
      title={kind ? kind.title : TITLES[side]}
      tessera={side === 'left' ? 'lapis' : 'terracotta'}
      aside={
        models.length > 1 && (
          <ModelChoice
            engine={context.engine}
            models={models}
            value={model?.id ?? null}
            onChange={(id) => void session.change({ [side]: id })}
          />
        )
      }
    >
      <p className={classes.words}>{kind?.words}</p>
      <Picture side={side} />
      <Progress side={side} />
      <Figures side={side} />
      <Parts side={side} />
      <CodesHere side={side} />
      {model && latticeOf(model) && <Lattice side={side} />}
    </Panel>
  );
}

function Picture({ side }: { side: SideName }) {
  const { session } = useLab();
  const shown = useLabState((state) => shownOf(state, side));
  const run = useLabState((state) => state[side].run);
  const probe = useLabState((state) => (state.probe?.side === side ? state.probe : null));
  const view = useLabState((state) => state.view);
  const grid = run?.codes.at(-1);
  const cell = grid && view.hovered ? cellAt(view.hovered, grid) : null;
  const selected = grid && view.selected ? cellAt(view.selected, grid) : null;
  const aimed = useMemo(() => (cell ? [cell] : []), [cell?.x, cell?.y]); // eslint-disable-line react-hooks/exhaustive-deps -- cells are equal by their numbers
  if (!grid || !shown)
    return <div className={classes.stage}>{!run && <p className={classes.empty}>No picture yet.</p>}</div>;
  const select = (at: { x: number; y: number }) => {
    const place = placeOf(at, grid);
    session.look({ selected: place });
    void session.probeAt(side, place);
  };
  return (
    <div className={classes.stage}>
      <CodeCanvas
        {...{ grid, aimed }}
        look="picture"
        picture={probe ? probe.picture : shown.picture}
        colourOf={indexColour}
        patchOf={() => undefined}
        drawKey=""
        kind="tap"
        lines={false}
        marked={[]}
        selection={selected && { ...selected, width: 1, height: 1 }}
        cursor={selected ?? { x: 0, y: 0 }}
        onHover={(spot) => session.look({ hovered: spot && { x: spot.x / grid.width, y: spot.y / grid.height } })}
        onCursor={select}
        onTap={select}
        onStroke={() => undefined}
        onStrokeEnd={() => undefined}
        onStrokeCancel={() => undefined}
        onArea={() => undefined}
        onAreaEnd={() => undefined}
        label={`What ${TITLES[side].toLowerCase()} model makes of the picture. Arrows move from code to code, Space opens one.`}
        testId={`${side}-picture`}
      />
    </div>
  );
}

function Progress({ side }: { side: SideName }) {
  const { session } = useLab();
  const { phase, progress, failure } = useLabState((state) => state[side]);
  const missing = useLabState((state) => selectMissing(state, side));
  if (failure)
    return (
      <div className={classes.notice} data-kind="bad" role="alert">
        <span>{failure}</span>
        <Button onClick={() => void session.retry()}>Try again</Button>
      </div>
    );
  if (missing)
    return (
      <div className={classes.wait}>
        <span>Stopped before all was there.</span>
        <Button onClick={() => void session.retry()} data-testid={`${side}-resume`}>
          Go on
        </Button>
      </div>
    );
  if (phase !== 'running') return null;
  return (
    <div className={classes.wait}>
      <ProgressLine
        fraction={progress?.fraction ?? null}
        message={progress?.message ?? 'Waiting for the engine'}
        testId={`${side}-progress`}
      />
      <Button onClick={() => session.cancel()}>Stop</Button>
    </div>
  );
}

/** PSNR, SSIM and bits of what is shown. */
function Figures({ side }: { side: SideName }) {
  const shown = useLabState((state) => shownOf(state, side));
  const run = useLabState((state) => state[side].run);
  const model = useLabState((state) => modelOf(state, side));
  const part = useLabState((state) => partOf(state, side));
  if (!run || !model || run.modelId !== model.id) return null;
  const chosen = partsOfModel(model)[part];
  const bits = chosen ? bitsOfPart(run, chosen) : 0;
  const pixels = run.input.width * run.input.height;
  return (
    <ReadoutRow label="Scores">
      <Readout
        label="PSNR"
        value={shown ? formatDb(shown.psnr) : '–'}
        note="against the picture"
        testId={`${side}-psnr`}
      />
      <Readout label="SSIM" value={shown ? shown.ssim.toFixed(4) : '–'} note="1 is equal" testId={`${side}-ssim`} />
      <Readout
        label="Bits"
        value={formatInteger(bits)}
        note={`${formatBytes(Math.ceil(bits / 8))}; ${(bits / pixels).toFixed(3)} bits a pixel`}
        testId={`${side}-bits`}
      />
    </ReadoutRow>
  );
}

/** Of several levels: the picture after each. */
function Parts({ side }: { side: SideName }) {
  const { session } = useLab();
  const run = useLabState((state) => state[side].run);
  const parts = useLabState((state) => state[side].parts);
  const model = useLabState((state) => modelOf(state, side));
  const chosen = useLabState((state) => partOf(state, side));
  if (!run || !model || run.modelId !== model.id) return null;
  const list = partsOfModel(model);
  if (list.length < 2) return null;
  const field = side === 'left' ? 'leftPart' : 'rightPart';
  return (
    <div className={classes.parts} role="radiogroup" aria-label="Levels that are heard" data-testid={`${side}-parts`}>
      {list.map((part, i) => {
        const result = parts[i];
        return (
          <button
            key={part.label}
            type="button"
            role="radio"
            aria-checked={i === chosen}
            className={classes.part}
            onClick={() => void session.change({ [field]: i === list.length - 1 ? null : i })}
          >
            <span className={classes.thumb}>
              {result && <PictureCanvas picture={result.picture} label="" decorative />}
            </span>
            <b>{part.label}</b>
            <small>{result ? formatDb(result.psnr) : 'decoding'}</small>
            <small>{formatInteger(bitsOfPart(run, part))} bits</small>
          </button>
        );
      })}
    </div>
  );
}
