import { ActionIcon } from '@mantine/core';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { AtlasSheet } from './codeAtlas/geometry';
import { IconMinus, IconPlus, IconZoomReset } from './icons';
import { drawScatter } from './scatterMap/draw';
import { fitPoints, pointAt, pointTowards, viewWithPoint } from './scatterMap/geometry';
import { useSize } from './useSize';
import { useViewport } from './useViewport';
import { viewAfterKey, zoomAt, type Viewport } from './viewport';
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

const CLICK_PIXELS = 5;
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
  const pressed = useRef<{ x: number; y: number } | null>(null);
  const [inside, setInside] = useState(false);
  const places = useMemo(() => fitPoints(points, 0.04, aspect), [points, aspect]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || size.width === 0) return;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    element.width = Math.round(size.width * ratio);
    element.height = Math.round(size.height * ratio);
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name);
    drawScatter(context, element.width, element.height, {
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
          pressed.current = { x: event.clientX, y: event.clientY };
          stageProps.onPointerDown(event);
        }}
        onPointerMove={(event) => {
          stageProps.onPointerMove(event);
          setInside(true);
          onHover(indexAt(event));
        }}
        onPointerUp={(event) => {
          stageProps.onPointerUp(event);
          const from = pressed.current;
          pressed.current = null;
          if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) > CLICK_PIXELS) return;
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
      <div className={classes.zoom} role="group" aria-label="Zoom of the map">
        <ActionIcon
          aria-label="Zoom in"
          onClick={() => zoom((old) => zoomAt(old, 0.5, 0.5, 1.6))}
          data-testid="map-zoom-in"
        >
          <IconPlus size={15} />
        </ActionIcon>
        <ActionIcon
          aria-label="Zoom out"
          onClick={() => zoom((old) => zoomAt(old, 0.5, 0.5, 1 / 1.6))}
          disabled={view.scale <= 1}
        >
          <IconMinus size={15} />
        </ActionIcon>
        <ActionIcon aria-label="Show all points" onClick={reset} disabled={view.scale <= 1}>
          <IconZoomReset size={15} />
        </ActionIcon>
      </div>
    </div>
  );
}
