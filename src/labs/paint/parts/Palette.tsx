import { Button, NumberInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { CodeAtlas } from '../../../ui/CodeAtlas';
import { plainLayout } from '../../../ui/codeAtlas/geometry';
import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { TokenGrid } from '../../../ui/TokenGrid';
import { countCodes } from '../../codeFacts';
import { NEAREST_SHOWN } from '../editing';
import { selectCode, selectGrid, selectModel } from '../store';
import { useCodeLook, useLab, useLabState } from './labState';
import classes from './Palette.module.css';

const SHOWN = 12;

/** The code in hand, and where others are to be had. */
export function Palette() {
  const { session } = useLab();
  const grid = useLabState(selectGrid);
  const model = useLabState(selectModel);
  const level = useLabState((state) => state.view.level);
  const code = useLabState(selectCode);
  const nearest = useLabState((state) => state.nearest);
  const recent = useLabState((state) => state.recent);
  const patchesVersion = useLabState((state) => state.patchesVersion);
  const [whole, setWhole] = useState(false);
  const used = useMemo(
    () =>
      grid
        ? [...countCodes(grid)]
            .sort(([a, uses], [b, others]) => others - uses || a - b)
            .slice(0, SHOWN)
            .map(([index]) => index)
        : [],
    [grid],
  );
  const everywhere = useMemo(
    () => mostUsed(session.patches.usage(model?.id ?? '')?.sets[0]?.counts[level] ?? []),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- counts come with the patches
    [session, model, level, patchesVersion],
  );
  const size = grid?.codebookSize ?? 0;
  if (!grid) return null;
  return (
    <Panel title="Palette" tessera="terracotta" aside={`${formatInteger(size)} codes`}>
      <div className={classes.hand}>
        <Swatch code={code} large />
        <NumberInput
          label="Code in hand"
          size="xs"
          value={code}
          min={0}
          max={size - 1}
          allowDecimal={false}
          allowNegative={false}
          onChange={(value) => value !== '' && session.hold(Math.min(size - 1, Math.max(0, Number(value))))}
          data-testid="paint-code"
        />
      </div>
      <Row title="Nearest to it" codes={nearest.filter((one) => one !== code).slice(0, NEAREST_SHOWN - 1)} />
      <Row title="Most used in this picture" codes={used} testId="palette-used" />
      {everywhere.length > 0 && <Row title="Most used in the training data" codes={everywhere} />}
      {(recent[level]?.length ?? 0) > 0 && <Row title="Painted with" codes={recent[level] ?? []} />}
      <Button onClick={() => setWhole(!whole)} aria-expanded={whole} data-testid="palette-all">
        {whole ? 'Hide the others' : `All ${formatInteger(size)} codes`}
      </Button>
      {whole && <WholeCodebook size={size} />}
    </Panel>
  );
}

/** The most used codes of a data set, those that are never used left out. */
const mostUsed = (counts: readonly number[]): number[] =>
  counts
    .map((uses, code) => ({ uses, code }))
    .filter(({ uses }) => uses > 0)
    .sort((a, b) => b.uses - a.uses || a.code - b.code)
    .slice(0, SHOWN)
    .map(({ code }) => code);

function Row({ title, codes, testId }: { title: string; codes: readonly number[]; testId?: string }) {
  if (codes.length === 0) return null;
  return (
    <div className={classes.part} data-testid={testId}>
      <h3>{title}</h3>
      <div className={classes.row} role="group" aria-label={title}>
        {codes.map((code) => (
          <Swatch key={code} code={code} />
        ))}
      </div>
    </div>
  );
}

/** One code as a button that takes it in hand. */
function Swatch({ code, large = false }: { code: number; large?: boolean }) {
  const { session } = useLab();
  const level = useLabState((state) => state.view.level);
  const held = useLabState(selectCode);
  const { patchOf, colourOf } = useCodeLook(level);
  const patch = patchOf(code);
  const inside = patch ? (
    <PictureCanvas picture={patch} label="" pixelated decorative />
  ) : (
    <i style={{ background: colourOf(code) }} />
  );
  if (large)
    return (
      <span className={classes.large} role="img" aria-label={`Patch of code ${code}`}>
        {inside}
      </span>
    );
  return (
    <button
      type="button"
      className={classes.swatch}
      aria-label={`Code ${code}`}
      aria-pressed={code === held}
      title={`Code ${code}`}
      onClick={() => session.hold(code)}
    >
      {inside}
    </button>
  );
}

/** Every code: the model's atlas, or where it brings none as many patches as are known. */
function WholeCodebook({ size }: { size: number }) {
  const { session } = useLab();
  const level = useLabState((state) => state.view.level);
  const code = useLabState(selectCode);
  const modelId = useLabState((state) => state.opened?.modelId ?? '');
  const look = useCodeLook(level);
  const [hovered, setHovered] = useState<number | null>(null);
  const columns = Math.ceil(Math.sqrt(size));
  const layout = useMemo(() => plainLayout(size, columns), [size, columns]);
  const atlas = session.patches.atlas(modelId, level);
  const hold = (one: number) => session.hold(Math.min(size - 1, one));
  if (atlas)
    return (
      <div className={classes.whole} data-testid="palette-atlas">
        <CodeAtlas
          {...{ sheet: atlas, layout, hovered }}
          chosen={code}
          onChoose={hold}
          onHover={setHovered}
          label={`All ${size} codes. Arrows walk from code to code, plus and minus zoom.`}
          schemeKey={look.drawKey}
        />
      </div>
    );
  return <Tiles {...{ size, columns, look, code, hold }} />;
}

function Tiles(props: {
  size: number;
  columns: number;
  look: ReturnType<typeof useCodeLook>;
  code: number;
  hold: (code: number) => void;
}) {
  const { size, columns, look, code, hold } = props;
  const [hovered, setHovered] = useState<{ x: number; y: number } | null>(null);
  const height = Math.ceil(size / columns);
  const grid = useMemo(
    () => ({
      ...{ name: 'codebook', width: columns, height, codebookSize: size },
      indices: Int32Array.from({ length: columns * height }, (_, i) => Math.min(i, size - 1)),
    }),
    [columns, height, size],
  );
  return (
    <div className={classes.whole}>
      <TokenGrid
        {...{ grid, hovered }}
        look="patch"
        colourOf={look.colourOf}
        patchOf={look.patchOf}
        selected={{ x: code % columns, y: Math.floor(code / columns) }}
        onHover={setHovered}
        onSelect={(at) => at && hold(at.y * columns + at.x)}
        label={`All ${size} codes. Arrows move, Enter takes one in hand.`}
        schemeKey={look.drawKey}
      />
    </div>
  );
}
