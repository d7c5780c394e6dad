import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { drawAtlas, type AtlasMarks } from './codeAtlas/draw';
import {
  arrange,
  placeAfterKey,
  placeAt,
  rowsOf,
  viewWith,
  visibleCodes,
  type AtlasLayout,
  type AtlasSheet,
} from './codeAtlas/geometry';
import { stampOf } from './paint';
import { sharpCanvas } from './sharpCanvas';
import { useSize } from './useSize';
import { useStageClick } from './useStageClick';
import { useViewport } from './useViewport';
import { viewAfterKey, type Viewport } from './viewport';
import { ZoomButtons } from './ZoomButtons';
import classes from './CodeAtlas.module.css';

export interface CodeAtlasProps {
  readonly sheet: AtlasSheet;
  readonly layout: AtlasLayout;
  readonly chosen: number | null;
  /** Click, or arrow keys. */
  readonly onChoose: (code: number) => void;
  /** The pointer came to a code, or left. */
  readonly onHover?: (code: number | null) => void;
  readonly hovered?: number | null;
  readonly marks?: AtlasMarks;
  readonly label: string;
  /** What is said of a code to assistive technology. */
  readonly describe?: (code: number) => string;
  /** The codes on the screen after zooming and moving. */
  readonly onVisible?: (codes: readonly number[]) => void;
  /** Changes when the colours of the page change, so that the canvas is drawn anew. */
  readonly schemeKey: string;
}

const noMarks: AtlasMarks = {};

/**
 * Every code of a codebook as a patch, on one canvas: zoomed by the wheel, two fingers or + and -, moved by dragging. The arrow keys walk from code to
 * code. To assistive technology it is a grid with one cell, the chosen code.
 */
export function CodeAtlas(props: CodeAtlasProps) {
  const { sheet, layout, chosen, onChoose, onHover, hovered = null, marks = noMarks, label, schemeKey } = props;
  const { describe = (code: number) => `Code ${code}`, onVisible } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const { view, change, reset, groupRef, stageProps } = useViewport();
  const click = useStageClick();
  const [inside, setInside] = useState(false);
  const stamp = useMemo(() => arrange(sheet, layout), [sheet, layout]);
  const placeOf = useMemo(() => {
    const places = new Map<number, number>();
    for (let place = 0; place < layout.order.length; place++) places.set(layout.order[place]!, place);
    return places;
  }, [layout]);
  const place = chosen === null ? null : (placeOf.get(chosen) ?? null);

  useEffect(() => {
    const sharp = sharpCanvas(canvas.current, size);
    if (!sharp) return;
    const { context, width, height, colour } = sharp;
    drawAtlas(context, width, height, {
      ...{ stamp: stampOf(stamp), layout, view, chosen, hovered: inside ? hovered : null, marks },
      ...{ ink: colour('--ink'), accent: colour('--accent'), card: colour('--card'), lit: colour('--ochre') },
    });
  }, [stamp, layout, view, chosen, hovered, inside, marks, size, schemeKey]);

  const told = useRef(onVisible);
  useEffect(() => void (told.current = onVisible));
  useEffect(() => told.current?.(visibleCodes(layout, view)), [layout, view]);

  /** Zooms, and keeps the chosen code in sight. */
  const zoom = (to: (old: Viewport) => Viewport) =>
    change((old) => (place === null ? to(old) : viewWith(layout, to(old), place)));

  const codeAt = (event: React.PointerEvent<HTMLElement>): number | null => {
    const rect = event.currentTarget.getBoundingClientRect();
    const [x, y] = [(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height];
    const found = placeAt(layout, view, x, y);
    return found === null ? null : (layout.order[found] ?? null);
  };

  return (
    <div className={classes.atlas} ref={groupRef}>
      <div
        ref={box}
        className={classes.stage}
        style={{
          aspectRatio: `${layout.width} / ${rowsOf(layout)}`,
          width: `min(100cqw, 100cqh * ${layout.width / rowsOf(layout)})`,
        }}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rowsOf(layout)}
        aria-colcount={layout.width}
        aria-activedescendant={`${id}-cell`}
        data-stage
        data-zoomed={view.scale > 1 || undefined}
        data-testid="code-atlas"
        data-chosen={chosen ?? undefined}
        {...stageProps}
        onPointerDown={(event) => {
          click.down(event);
          stageProps.onPointerDown(event);
        }}
        onPointerMove={(event) => {
          stageProps.onPointerMove(event);
          setInside(true);
          onHover?.(codeAt(event));
        }}
        onPointerUp={(event) => {
          stageProps.onPointerUp(event);
          if (!click.up(event)) return;
          const code = codeAt(event);
          if (code !== null) onChoose(code);
        }}
        onPointerLeave={() => {
          setInside(false);
          onHover?.(null);
        }}
        onKeyDown={(event) => {
          const next = event.altKey || event.metaKey ? null : placeAfterKey(layout, place, event.key, event.ctrlKey);
          const code = next === null ? undefined : layout.order[next];
          if (next !== null && code !== undefined) {
            event.preventDefault();
            change((old) => viewWith(layout, old, next));
            onChoose(code);
          } else if (!event.ctrlKey && !event.metaKey && !event.altKey && '+=-_0'.includes(event.key)) {
            event.preventDefault();
            zoom((old) => viewAfterKey(old, event.key) ?? old);
          }
        }}
      >
        <canvas ref={canvas} className={classes.canvas} aria-hidden="true" />
        <div
          role="row"
          className={classes.row}
          aria-rowindex={place === null ? 1 : Math.floor(place / layout.width) + 1}
        >
          <div
            key={chosen}
            id={`${id}-cell`}
            role="gridcell"
            aria-selected={chosen !== null}
            aria-colindex={place === null ? 1 : (place % layout.width) + 1}
          >
            {chosen === null ? 'No code is chosen' : describe(chosen)}
          </div>
        </div>
      </div>
      <ZoomButtons view={view} of="atlas" resetLabel="Show all codes" onZoom={zoom} onReset={reset} />
    </div>
  );
}
