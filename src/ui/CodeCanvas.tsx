import { useEffect, useId, useRef } from 'react';
import { boxPath, cellsPath, cornersPath, gridPath, type CellBox } from './codeCanvas/marks';
import { useCanvasPointers, type CanvasEvents, type GridSpot, type PointerKind } from './codeCanvas/pointers';
import { paintPicture } from './paint';
import { drawTokens, type TokenLook } from './tokenGrid/draw';
import { cellAfterKey } from './tokenGrid/keys';
import type { Cell, GridLike, PictureLike } from './types';
import { sharpCanvas } from './sharpCanvas';
import { useSize } from './useSize';
import classes from './CodeCanvas.module.css';

export type { CellBox, GridSpot, PointerKind };

export interface CodeCanvasProps extends CanvasEvents {
  readonly grid: GridLike;
  /** Codes as tesserae, or the picture that they become. */
  readonly look: 'picture' | TokenLook;
  readonly picture: PictureLike | null;
  readonly colourOf: (index: number) => string;
  readonly patchOf: (index: number) => PictureLike | undefined;
  /** Changes when patches or the page's colours do, so that the codes are drawn anew. */
  readonly drawKey: string;
  readonly kind: PointerKind;
  /** Joints of the grid over the picture. */
  readonly lines: boolean;
  /** Places with a mark in their corner. */
  readonly marked: readonly number[];
  readonly selection: CellBox | null;
  /** Cells that the tool would touch now. */
  readonly aimed: readonly Cell[];
  readonly cursor: Cell;
  readonly onHover: (spot: GridSpot | null) => void;
  readonly onCursor: (cell: Cell) => void;
  readonly label: string;
  readonly testId?: string;
  /** Of the picture that is shown: it is older than the codes. */
  readonly stale?: boolean;
}

/**
 * A picture's codes as something to paint on, by mouse, finger, pen or keys. To assistive technology a grid with one cell, the one under the
 * cursor: arrows move it, Space uses the tool there; with Shift held arrows use it on the way.
 */
export function CodeCanvas(props: CodeCanvasProps) {
  const { grid, look, picture, colourOf, patchOf, drawKey, kind, cursor, onCursor } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const anchor = useRef<Cell | null>(null);
  const size = useSize(box);
  const cell = { x: Math.min(cursor.x, grid.width - 1), y: Math.min(cursor.y, grid.height - 1) };
  const pointers = useCanvasPointers({ ...props, width: grid.width, height: grid.height });

  useEffect(() => {
    if (look === 'picture') {
      if (canvas.current && size.width > 0 && picture) paintPicture(canvas.current, picture);
      return;
    }
    const sharp = sharpCanvas(canvas.current, size);
    if (!sharp) return;
    const scene = { grid, look, colourOf, patchOf, lit: null, hovered: null, selected: null, ink: '', accent: '' };
    drawTokens(sharp.context, sharp.width, sharp.height, scene);
  }, [grid, look, picture, colourOf, patchOf, drawKey, size]);

  const act = (from: Cell, to: Cell) => {
    const middle = ({ x, y }: Cell): GridSpot => ({ x: x + 0.5, y: y + 0.5 });
    if (kind === 'tap') props.onTap(to, false);
    if (kind === 'brush') {
      props.onStroke(middle(from), middle(to));
      props.onStrokeEnd();
    }
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      if (kind !== 'area') return act(cell, cell);
      // The first press sets a corner, the second one the other.
      if (anchor.current) {
        anchor.current = null;
        props.onAreaEnd();
      } else {
        anchor.current = cell;
        props.onArea(cell, cell);
      }
      return;
    }
    if (event.key === 'Escape') anchor.current = null;
    const next = cellAfterKey(cell, event.key, event.ctrlKey, grid.width, grid.height);
    if (!next) return;
    event.preventDefault();
    if (kind === 'area') {
      if (event.shiftKey) anchor.current ??= cell;
      if (anchor.current) props.onArea(anchor.current, next);
    } else if (event.shiftKey && kind === 'brush') act(cell, next);
    onCursor(next);
  };

  const { width, height } = grid;
  return (
    <div className={classes.stage}>
      <div
        ref={box}
        className={classes.grid}
        style={{ aspectRatio: `${width} / ${height}`, width: `min(100cqw, 100cqh * ${width / height})` }}
        role="grid"
        tabIndex={0}
        data-testid={props.testId}
        data-stale={props.stale || undefined}
        aria-label={props.label}
        aria-rowcount={height}
        aria-colcount={width}
        aria-activedescendant={`${id}-${cell.x}-${cell.y}`}
        {...pointers}
        onKeyDown={onKeyDown}
      >
        <canvas ref={canvas} className={classes.canvas} aria-hidden="true" />
        <svg className={classes.marks} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {props.lines && look === 'picture' && <path className={classes.lines} d={gridPath(grid)} />}
          <path className={classes.changed} d={cornersPath(props.marked, width)} />
          {props.selection && (
            <>
              <path className={classes.selectionUnder} d={boxPath(props.selection)} />
              <path className={classes.selection} d={boxPath(props.selection)} data-testid="selection" />
            </>
          )}
          <path className={classes.aimed} d={cellsPath(props.aimed)} />
          <path className={classes.cursor} d={boxPath({ ...cell, width: 1, height: 1 })} />
        </svg>
        <div role="row" aria-rowindex={cell.y + 1} className={classes.row}>
          <div
            key={`${cell.x}-${cell.y}`}
            id={`${id}-${cell.x}-${cell.y}`}
            role="gridcell"
            aria-colindex={cell.x + 1}
            aria-selected={isIn(cell, props.selection)}
          >
            {`Row ${cell.y + 1}, column ${cell.x + 1}: code ${grid.indices[cell.y * width + cell.x] ?? 'none'}`}
          </div>
        </div>
      </div>
    </div>
  );
}

const isIn = ({ x, y }: Cell, box: CellBox | null): boolean =>
  box !== null && x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
