import { ActionIcon } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { IconMinus, IconPlus, IconZoomReset } from './icons';
import {
  arrowOf,
  cellsPath,
  pathOf,
  pictureBox,
  rectBetween,
  toPicture,
  type Box,
  type Spot,
} from './maskBrush/geometry';
import { maskLayer, pictureLayer, type ImageLike, type MaskLike, type Tint } from './maskBrush/layers';
import { SquareHandles } from './maskBrush/SquareHandles';
import { usePointers, type BrushTool, type ToolEvents } from './maskBrush/usePointers';
import { paintPicture } from './paint';
import type { PictureLike } from './types';
import { useSize } from './useSize';
import { useViewport } from './useViewport';
import { viewAfterKey } from './viewport';
import classes from './MaskBrush.module.css';

export type { BrushTool };

export interface MaskBrushProps extends ToolEvents {
  readonly picture: ImageLike;
  /** A part of the picture that is shown in its place; transparent where that one shows. */
  readonly patch: { readonly picture: PictureLike; readonly rect: Box } | null;
  /** Edited in place by its owner, who says so through `onMaskChange`. */
  readonly mask: MaskLike;
  /** @returns how to stop listening */
  readonly onMaskChange: (listener: (dirty: Box) => void) => () => void;
  readonly showMask: boolean;
  /** What is painted: a hole in the picture, or a spot of an answer. */
  readonly tint: 'hole' | 'spot';
  readonly tool: BrushTool;
  /** Diameter, in pixels of the picture. */
  readonly size: number;
  readonly hardness: number;
  /** Tools do nothing, and the square stays. */
  readonly disabled: boolean;
  /** Where the work is done. */
  readonly square: Box | null;
  /** Null: it cannot be moved. */
  readonly onSquare: ((square: Box) => void) | null;
  readonly onSquareEnd: () => void;
  /** Cells of a grid over a part of the picture that are marked. */
  readonly cells: {
    readonly rect: Box;
    readonly columns: number;
    readonly rows: number;
    readonly marked: Uint8Array;
  } | null;
  readonly label: string;
  readonly testId?: string;
}

const TINTS: Readonly<Record<MaskBrushProps['tint'], Tint>> = {
  hole: {
    stripes: [
      [206, 74, 36],
      [240, 128, 84],
    ],
  },
  spot: {
    stripes: [
      [36, 71, 168],
      [92, 134, 240],
    ],
  },
};

/** Smallest side of a square that is dragged. */
const LEAST_SQUARE = 16;

/**
 * A picture with a mask over it that is painted by mouse, finger, pen or keys. Knows nothing of what a mask is for, and holds none: strokes go
 * out in pixels of the picture, changed rectangles come back in.
 */
export function MaskBrush(props: MaskBrushProps) {
  const {
    picture,
    patch,
    mask,
    onMaskChange,
    showMask,
    tint,
    tool,
    size,
    hardness,
    disabled,
    square,
    onSquare,
    cells,
  } = props;
  const { view, change, reset, zoomBy, groupRef } = useViewport();
  const stage = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const ring = useRef<SVGGElement>(null);
  const draft = useRef<SVGPathElement>(null);
  const stageSize = useSize(stage);
  const keyed = useRef<Spot | null>(null);
  const anchor = useRef<Spot | null>(null);
  const box = pictureBox(stageSize, picture, view);
  const { width: W, height: H } = picture;

  useEffect(() => reset(), [W, H]); // eslint-disable-line react-hooks/exhaustive-deps -- a picture of the same size keeps the view

  useEffect(() => {
    const layer = base.current && pictureLayer(base.current, picture);
    return () => layer?.dispose();
  }, [picture]);

  useEffect(() => {
    if (!overlay.current) return;
    const layer = maskLayer(overlay.current, mask, TINTS[tint]);
    const stop = onMaskChange(layer.touch);
    return () => {
      stop();
      layer.dispose();
    };
  }, [mask, onMaskChange, tint]);

  useEffect(() => {
    if (over.current && patch) paintPicture(over.current, patch.picture);
  }, [patch]);

  const place = (x: number, y: number): Spot => {
    const rect = stage.current?.getBoundingClientRect();
    return toPicture({ x: x - (rect?.left ?? 0), y: y - (rect?.top ?? 0) }, box, picture);
  };
  const toStage = ({ x, y }: Spot): Spot => ({
    x: Math.min(Math.max(box.x + (x / W) * box.width, 0), stageSize.width),
    y: Math.min(Math.max(box.y + (y / H) * box.height, 0), stageSize.height),
  });

  /** Straight to the page: a ring that follows the pointer needs no React. */
  const showRing = (spot: Spot | null) => {
    ring.current?.setAttribute('visibility', spot ? 'visible' : 'hidden');
    if (spot) ring.current?.setAttribute('transform', `translate(${spot.x} ${spot.y})`);
  };
  const showDraft = (points: readonly Spot[]) =>
    draft.current?.setAttribute('d', points.length > 0 ? `${pathOf(points)}Z` : '');

  const pointers = usePointers({
    ...props,
    ...{ stage, place, onView: change, onDraft: showDraft },
    onHover: (spot) => {
      keyed.current = null;
      showRing(spot);
    },
  });

  /** Arrows move the brush, with Shift they paint; P paints on the spot, and sets the corners of a rectangle. */
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== stage.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const take = () => event.preventDefault();
    if (event.key === 'Escape' && (pointers.cancel() || anchor.current)) {
      anchor.current = null;
      event.stopPropagation();
      return take();
    }
    const way = arrowOf(event.key, Math.max(1, size / 4));
    const at = keyed.current ?? { x: W / 2, y: H / 2 };
    const brush = tool === 'brush' || tool === 'eraser';
    if (way) {
      take();
      const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
      const next = { x: clamp(at.x + way.x, W), y: clamp(at.y + way.y, H) };
      keyed.current = next;
      showRing(next);
      if (anchor.current) showDraft(cornersOf(rectBetween(anchor.current, next)));
      if (!event.shiftKey || !brush || disabled) return;
      props.onStroke(at, next, 1);
      props.onStrokeEnd();
      return;
    }
    if (event.key.toLowerCase() === 'p' && !disabled) {
      take();
      keyed.current = at;
      showRing(at);
      if (brush) {
        props.onStroke(at, at, 1);
        props.onStrokeEnd();
      } else if (anchor.current) {
        props.onRectangle(rectBetween(anchor.current, at));
        anchor.current = null;
        showDraft([]);
      } else anchor.current = at;
      return;
    }
    const next = viewAfterKey(view, event.key);
    if (!next) return;
    take();
    change(next);
  };

  const percent = (rect: Box) => ({
    left: `${(rect.x / W) * 100}%`,
    top: `${(rect.y / H) * 100}%`,
    width: `${(rect.width / W) * 100}%`,
    height: `${(rect.height / H) * 100}%`,
  });
  const magnified = box.width / W > 2.5;
  const round = tool === 'brush' || tool === 'eraser';
  return (
    <div ref={groupRef} className={classes.group}>
      <div
        ref={stage}
        className={classes.stage}
        data-stage
        data-tool={disabled ? 'pan' : tool}
        data-testid={props.testId}
        tabIndex={0}
        role="group"
        aria-label={`${props.label} Arrows move the brush, with Shift they paint; P paints on the spot. Plus and minus zoom, 0 shows all.`}
        onKeyDown={onKeyDown}
        {...pointers.handlers}
      >
        <div
          className={classes.box}
          data-magnified={magnified || undefined}
          style={{ left: box.x, top: box.y, width: box.width, height: box.height }}
        >
          <canvas ref={base} className={classes.layer} role="img" aria-label={props.label} />
          {patch && (
            <canvas
              ref={over}
              className={classes.patch}
              style={percent(patch.rect)}
              data-testid="patch"
              aria-hidden="true"
            />
          )}
          <canvas ref={overlay} className={classes.layer} hidden={!showMask} data-testid="mask" aria-hidden="true" />
          <svg className={classes.marks} viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none" aria-hidden="true">
            {cells && (
              <path className={classes.cells} d={cellsPath(cells.marked, cells.columns, cells.rows, cells.rect)} />
            )}
            {square && (
              <>
                <path className={classes.veil} d={`M0 0H${W}V${H}H0Z${outline(square)}`} fillRule="evenodd" />
                <path className={classes.frameUnder} d={outline(square)} />
                <path className={classes.frame} d={outline(square)} data-testid="square" />
              </>
            )}
            <path ref={draft} className={classes.draft} />
            <g ref={ring} visibility="hidden">
              {round ? (
                <>
                  <circle r={size / 2} className={classes.ringUnder} />
                  <circle r={size / 2} className={classes.ring} />
                  {hardness < 1 && <circle r={(size / 2) * hardness} className={classes.core} />}
                </>
              ) : (
                <path d={`M${-W} 0H${W}M0 ${-H}V${H}`} className={classes.cross} />
              )}
            </g>
          </svg>
        </div>
        {square && onSquare && !disabled && (
          <SquareHandles
            {...{ square, toStage, place, onChange: onSquare, onEnd: props.onSquareEnd }}
            least={LEAST_SQUARE}
            step={Math.max(1, Math.round(W / 200))}
          />
        )}
      </div>
      <span className={classes.zoom} role="group" aria-label="Zoom">
        <ActionIcon size={26} aria-label="Zoom out" disabled={view.scale === 1} onClick={() => zoomBy(1 / 1.5)}>
          <IconMinus size={14} />
        </ActionIcon>
        <ActionIcon size={26} aria-label="Zoom in" onClick={() => zoomBy(1.5)} data-testid="zoom-in">
          <IconPlus size={14} />
        </ActionIcon>
        <ActionIcon
          size={26}
          aria-label="Show all"
          disabled={view.scale === 1}
          onClick={reset}
          data-testid="zoom-reset"
        >
          <IconZoomReset size={14} />
        </ActionIcon>
      </span>
    </div>
  );
}

const outline = ({ x, y, width, height }: Box): string => `M${x} ${y}h${width}v${height}h${-width}z`;

const cornersOf = ({ x, y, width, height }: Box): Spot[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];
