import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { AtlasSheet } from './codeAtlas/geometry';
import { drawScatter } from './scatterMap/draw';
import { fitPoints, pointAt, pointTowards, viewWithPoint } from './scatterMap/geometry';
import { sharpCanvas } from './sharpCanvas';
import { useSize } from './useSize';
import { useStageClick } from './useStageClick';
import { useViewport } from './useViewport';
import { viewAfterKey, type Viewport } from './viewport';
import { ZoomButtons } from './ZoomButtons';
import classes from './ScatterMap.module.css';

export interface ScatterMapProps {
  /** [count, 2], any scale, y upwards. */
  readonly points: ArrayLike<number>;
  /** CSS colour of each point. */
  readonly colours: readonly string[];
  readonly sheet: AtlasSheet | null;
  readonly chosen: number | null;
  readonly hovered: number | null;
  /** The others are dimmed; null: none. */
  readonly lit: ReadonlySet<number> | null;
  readonly onChoose: (index: number) => void;
  readonly onHover: (index: number | null) => void;
  readonly label: string;
  readonly describe: (index: number) => string;
  /** Changes when the colours of the page change, so that the canvas is drawn anew. */
  readonly schemeKey: string;
}

/** How far from a point the pointer still means it, in CSS pixels. */
const REACH_PIXELS = 14;

/** Points on a plane, drawn on one canvas; patches from a zoom level on. Zoom and drag as in the atlas; the arrow keys walk from point to point. */
export function ScatterMap(props: ScatterMapProps) {
  const { points, colours, sheet, chosen, hovered, lit, onChoose, onHover, label, describe, schemeKey } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const aspect = size.height > 0 ? size.width / size.height : 1;
  const { view, change, reset, groupRef, stageProps } = useViewport();
  const click = useStageClick();
  const [inside, setInside] = useState(false);
  const places = useMemo(() => fitPoints(points, 0.04, aspect), [points, aspect]);

  useEffect(() => {
    const sharp = sharpCanvas(canvas.current, size);
    if (!sharp) return;
    const { context, width, height, colour } = sharp;
    drawScatter(context, width, height, {
      ...{ places, colours, sheet, view, chosen, lit, hovered: inside ? hovered : null },
      ...{ ink: colour('--ink'), accent: colour('--accent'), card: colour('--card') },
    });
  }, [places, colours, sheet, view, chosen, hovered, lit, inside, size, schemeKey]);

  /** Zooms, and keeps the chosen point in sight. */
  const zoom = (to: (old: Viewport) => Viewport) =>
    change((old) => (chosen === null ? to(old) : viewWithPoint(places, to(old), chosen)));

  const indexAt = (event: React.PointerEvent<HTMLElement>) => {
    const rect = event.currentTarget.getBoundingClientRect();
    const [x, y] = [(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height];
    return pointAt(places, view, x, y, REACH_PIXELS / rect.height, aspect);
  };

  return (
    <div className={classes.map} ref={groupRef}>
      <div
        ref={box}
        className={classes.stage}
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={`${id}-point`}
        data-stage
        data-zoomed={view.scale > 1 || undefined}
        data-testid="scatter-map"
        data-chosen={chosen ?? undefined}
        {...stageProps}
        onPointerDown={(event) => {
          click.down(event);
          stageProps.onPointerDown(event);
        }}
        onPointerMove={(event) => {
          stageProps.onPointerMove(event);
          setInside(true);
          onHover(indexAt(event));
        }}
        onPointerUp={(event) => {
          stageProps.onPointerUp(event);
          if (!click.up(event)) return;
          const index = indexAt(event);
          if (index !== null) onChoose(index);
        }}
        onPointerLeave={() => {
          setInside(false);
          onHover(null);
        }}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (event.key.startsWith('Arrow')) {
            event.preventDefault();
            const next = chosen === null ? 0 : pointTowards(places, chosen, event.key, aspect);
            if (next === null || places.length === 0) return;
            change((old) => viewWithPoint(places, old, next));
            onChoose(next);
          } else if ('+=-_0'.includes(event.key)) {
            event.preventDefault();
            zoom((old) => viewAfterKey(old, event.key) ?? old);
          }
        }}
      >
        <canvas ref={canvas} className={classes.canvas} aria-hidden="true" />
        <div key={chosen} id={`${id}-point`} role="option" aria-selected={chosen !== null} className={classes.words}>
          {chosen === null ? 'No code is chosen' : describe(chosen)}
        </div>
      </div>
      <ZoomButtons view={view} of="map" resetLabel="Show all points" onZoom={zoom} onReset={reset} />
    </div>
  );
}
