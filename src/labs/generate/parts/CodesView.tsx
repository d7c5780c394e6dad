import { SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useMemo, useRef, useState } from 'react';
import { spansOf } from '../../../diffusion/layout';
import { GridMarks } from '../../../ui/GridMarks';
import { TokenGrid } from '../../../ui/TokenGrid';
import type { Cell } from '../../../ui/types';
import { isDraftOf } from '../fork';
import { changedPlaces, gridsOf } from '../frames';
import { useLab, useLabState, useSetView, useShown } from './labState';
import { useCodeLook } from './useCodeLook';
import classes from '../../Stage.module.css';

/** The codes of the state, with rings around what the step changed. */
export function CodesView() {
  const { session } = useLab();
  const { node, layout, frame, sample, codes: kept, codesBefore } = useShown();
  const draft = useLabState((state) => state.draft);
  const view = useLabState((state) => state.view);
  const setView = useSetView();
  const pressed = useRef(false);
  const changes = isDraftOf(draft, node?.id ?? null, frame?.step, sample) ? draft : null;
  const codes = changes?.codes ?? kept;
  const scheme = useComputedColorScheme('light');
  const [hovered, setHovered] = useState<Cell | null>(null);
  const level = Math.min(view.level, Math.max(0, layout.length - 1));
  const grid = useMemo(() => (codes ? gridsOf(codes, layout)[level] : undefined), [codes, layout, level]);
  const { first = 0, count = 0 } = spansOf(layout)[level] ?? {};
  const changed = useMemo(
    () =>
      kept && codesBefore
        ? changedPlaces(codesBefore.subarray(first, first + count), kept.subarray(first, first + count))
        : [],
    [kept, codesBefore, first, count],
  );
  const { colourOf, patchOf } = useCodeLook(node?.tokenizer ?? '', level, grid?.codebookSize ?? 0);
  const place = view.place !== null && view.place >= first && view.place < first + count ? view.place - first : null;
  const selected = grid && place !== null ? { x: place % grid.width, y: Math.floor(place / grid.width) } : null;
  const placeOf = ({ x, y }: Cell, width: number) => first + y * width + x;
  const wantPatches = () => {
    if (node && grid)
      void session.wantPatches(
        node.tokenizer,
        level,
        [...grid.indices].filter((code) => code < grid.codebookSize),
      );
  };
  return (
    <section className={classes.view} aria-label="Codes">
      <h3>
        Codes
        {changed.length > 0 && `, ${changed.length} changed`}
      </h3>
      <div
        className={classes.stage}
        onPointerDown={() => (pressed.current = true)}
        onPointerUp={() => (pressed.current = false)}
        onPointerLeave={() => (pressed.current = false)}
      >
        {grid ? (
          <>
            <TokenGrid
              grid={grid}
              look={view.look}
              colourOf={colourOf}
              patchOf={patchOf}
              hovered={hovered}
              selected={view.tool === 'look' ? selected : null}
              onHover={(cell) => {
                setHovered(cell);
                if (cell && pressed.current) session.touch(placeOf(cell, grid.width), true);
              }}
              onSelect={(cell) => {
                if (view.tool === 'look') setView({ place: cell && placeOf(cell, grid.width) });
                else if (cell) session.touch(placeOf(cell, grid.width));
              }}
              label={`Codes of the state, ${grid.height} rows and ${grid.width} columns; ${grid.codebookSize} is [MASK]. Arrow keys move, Enter shows what was weighed there.`}
              schemeKey={scheme}
            />
            <GridMarks
              width={grid.width}
              height={grid.height}
              ringed={changed}
              fixed={[...(changes?.locked ?? [])]
                .filter((one) => one >= first && one < first + count)
                .map((one) => one - first)}
            />
          </>
        ) : (
          <p className={classes.empty}>Codes appear here.</p>
        )}
      </div>
      <div className={classes.foot}>
        <SegmentedControl
          aria-label="How codes are shown"
          value={view.look}
          onChange={(look) => {
            setView({ look });
            if (look === 'patch') wantPatches();
          }}
          data={[
            { value: 'colour', label: 'Colours' },
            { value: 'patch', label: 'Patches' },
            { value: 'number', label: 'Numbers' },
          ]}
        />
        {layout.length > 1 && (
          <SegmentedControl
            aria-label="Grid of codes"
            value={String(level)}
            onChange={(value) => setView({ level: Number(value), place: null })}
            data={layout.map(({ name }, i) => ({ value: String(i), label: name }))}
          />
        )}
      </div>
    </section>
  );
}
