import { SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { bytesOfCodes } from '../../../image/codes';
import { indexColour, meanColour } from '../../../ui/colour';
import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { TokenGrid } from '../../../ui/TokenGrid';
import { isTwoLevel, paintedColours, titleOfGrid } from '../../codeFacts';
import { patchKey, selectGrid, selectModel, selectShown, selectStale, type ReconstructView } from '../store';
import { CodeInspector } from './CodeInspector';
import { useLab, useLabState, useSetView } from './labState';
import { StaleTag, WaitLine } from './WaitLine';
import classes from './Boxes.module.css';

const looks: readonly { value: ReconstructView['look']; label: string }[] = [
  { value: 'colour', label: 'Colours' },
  { value: 'patch', label: 'Patches' },
  { value: 'number', label: 'Numbers' },
];

const lessons = {
  top: 'The top: few codes, each for a large part of the picture. Chosen first, they hold what lies where.',
  bottom: 'The bottom: the fine codes, chosen by an encoder that knows the top. They hold what the top left over.',
};

/** The codes: a mosaic that can be read, cell by cell. */
export function CodesPanel() {
  const { session } = useLab();
  const setView = useSetView();
  const grid = useLabState(selectGrid);
  const shown = useLabState(selectShown);
  const model = useLabState(selectModel);
  const patches = useLabState((state) => state.patches);
  const view = useLabState((state) => state.view);
  const stale = useLabState(selectStale);
  const scheme = useComputedColorScheme('light');
  const factor = useLabState(({ models }) => models.find(({ id }) => id === shown?.modelId)?.factor ?? 1);
  /** Under one code of this grid: the model's factor is that of its finest. */
  const pixels = (factor * (shown?.codes.at(-1)?.width ?? 1)) / (grid?.width ?? 1);
  const twoLevel = shown !== null && isTwoLevel(shown.codes);

  const painted = useMemo(
    // A residual level after the first paints differences: the picture's colours are not its own.
    () => (grid && shown && (view.level === 0 || twoLevel) ? paintedColours(grid, shown.image, pixels) : null),
    [grid, shown, view.level, twoLevel, pixels],
  );
  const patchOf = useMemo(
    () => (index: number) => (shown ? patches.get(patchKey(shown.modelId, view.level, index)) : undefined),
    [patches, shown, view.level],
  );
  const colourOf = useMemo(
    () => (index: number) => {
      const patch = painted ? undefined : patchOf(index);
      return painted?.get(index) ?? (patch ? meanColour(patch) : indexColour(index));
    },
    [painted, patchOf],
  );

  const size = grid?.codebookSize ?? model?.codebookSizes[0];
  return (
    <Panel
      title="Codes"
      tessera="lapis"
      className={classes.panel}
      aside={
        grid && (
          <>
            {grid.width} × {grid.height} codes of {formatInteger(grid.codebookSize)},{' '}
            {formatInteger(bytesOfCodes([grid]))} bytes
          </>
        )
      }
      lesson={
        twoLevel
          ? lessons[view.level === 0 ? 'top' : 'bottom']
          : size
            ? `Each tile is one integer below ${formatInteger(size)}: the entry of the codebook nearest to what the encoder saw there.`
            : 'Each tile is one integer: the entry of the codebook nearest to what the encoder saw there.'
      }
    >
      <div className={classes.stage}>
        {grid ? (
          <div className={classes.shown} data-stale={stale ?? undefined}>
            <TokenGrid
              grid={grid}
              look={view.look}
              colourOf={colourOf}
              patchOf={patchOf}
              hovered={view.hovered}
              selected={view.selected}
              onHover={(hovered) => {
                const old = view.hovered;
                if (hovered?.x === old?.x && hovered?.y === old?.y) return;
                setView({ hovered });
                const index = hovered && grid.indices[hovered.y * grid.width + hovered.x];
                if (typeof index === 'number') void session.wantPatches(view.level, [index]);
                void session.wantCodebook(view.level);
              }}
              onSelect={(selected) => setView({ selected })}
              label={`Codes of the picture, ${grid.height} rows and ${grid.width} columns. Arrow keys move, Enter opens the quantizer there.`}
              schemeKey={scheme}
            />
          </div>
        ) : (
          <WaitLine />
        )}
        <StaleTag stale={stale} />
      </div>
      <CodeInspector colourOf={colourOf} patchOf={patchOf} />
      <div className={classes.foot}>
        <SegmentedControl
          aria-label="How codes are shown"
          value={view.look}
          onChange={(look) => {
            setView({ look });
            if (look === 'patch') void session.wantAllPatches(view.level);
          }}
          data={[...looks]}
        />
        {shown && shown.codes.length > 1 && (
          <SegmentedControl
            aria-label={twoLevel ? 'Grid of codes' : 'Residual level'}
            data-testid="level"
            value={String(view.level)}
            onChange={(level) => {
              setView({ level: Number(level), selected: null, hovered: null });
              if (view.look === 'patch') void session.wantAllPatches(Number(level));
            }}
            data={shown.codes.map((_, i) => ({ value: String(i), label: titleOfGrid(shown.codes, i) }))}
          />
        )}
      </div>
    </Panel>
  );
}
