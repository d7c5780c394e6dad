import { useEffect, useId, useRef, useState } from 'react';
import { cellAt, drawTokens, type TokenLook } from './tokenGrid/draw';
import { cellAfterKey } from './tokenGrid/keys';
import type { Cell, GridLike, PictureLike } from './types';
import { sharpCanvas } from './sharpCanvas';
import { useSize } from './useSize';
import classes from './TokenGrid.module.css';

export interface TokenGridProps {
  readonly grid: GridLike;
  readonly look: TokenLook;
  readonly colourOf: (index: number) => string;
  readonly patchOf: (index: number) => PictureLike | undefined;
  readonly hovered: Cell | null;
  readonly selected: Cell | null;
  /** Pointer or keyboard focus came to a cell, or left the grid. */
  readonly onHover: (cell: Cell | null) => void;
  /** Click, Enter or Space; null: the same cell again, or Escape. */
  readonly onSelect: (cell: Cell | null) => void;
  readonly label: string;
  /** A code to light wherever it is used, while no cell is pointed at or selected. */
  readonly lit?: number | null;
  /** Changes when the colours of the page change, so that the canvas is drawn anew. */
  readonly schemeKey: string;
}

/**
 * A picture's codes as a mosaic. Drawn on one canvas; to assistive technology it is a grid with one cell, the one in
 * focus, which the arrow keys move.
 */
export function TokenGrid(props: TokenGridProps) {
  const { grid, look, colourOf, patchOf, hovered, selected, onHover, onSelect, label, schemeKey } = props;
  const marked = props.lit ?? null;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [focus, setFocus] = useState<Cell>({ x: 0, y: 0 });
  const size = useSize(box);
  const cell = { x: Math.min(focus.x, grid.width - 1), y: Math.min(focus.y, grid.height - 1) };
  const index = grid.indices[cell.y * grid.width + cell.x];

  useEffect(() => {
    const sharp = sharpCanvas(canvas.current, size);
    if (!sharp) return;
    const { context, width, height, colour } = sharp;
    const active = hovered ?? selected;
    const lit = active ? (grid.indices[active.y * grid.width + active.x] ?? null) : marked;
    const ink = colour('--ink');
    const accent = colour('--accent');
    drawTokens(context, width, height, {
      ...{ grid, look, colourOf, patchOf, hovered, selected, lit, ink, accent },
    });
  }, [grid, look, colourOf, patchOf, hovered, selected, marked, size, schemeKey]);

  const pointed = (event: React.PointerEvent<HTMLDivElement> | React.MouseEvent<HTMLDivElement>) => {
    const rect = event.currentTarget.getBoundingClientRect();
    return cellAt(grid, rect.width, rect.height, event.clientX - rect.left, event.clientY - rect.top);
  };

  const toggle = (at: Cell) => onSelect(selected?.x === at.x && selected.y === at.y ? null : at);

  return (
    <div className={classes.stage}>
      <div
        ref={box}
        className={classes.grid}
        style={{
          aspectRatio: `${grid.width} / ${grid.height}`,
          width: `min(100cqw, 100cqh * ${grid.width / grid.height})`,
        }}
        role="grid"
        tabIndex={0}
        data-testid="token-grid"
        aria-label={label}
        aria-rowcount={grid.height}
        aria-colcount={grid.width}
        aria-activedescendant={`${id}-${cell.x}-${cell.y}`}
        onPointerMove={(event) => onHover(pointed(event))}
        onPointerLeave={() => onHover(null)}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) onHover(cell);
        }}
        onBlur={() => onHover(null)}
        onClick={(event) => {
          const at = pointed(event);
          if (!at) return;
          setFocus(at);
          toggle(at);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            toggle(cell);
            return;
          }
          if (event.key === 'Escape') {
            onSelect(null);
            return;
          }
          const next = cellAfterKey(cell, event.key, event.ctrlKey, grid.width, grid.height);
          if (!next) return;
          event.preventDefault();
          setFocus(next);
          onHover(next);
        }}
      >
        <canvas ref={canvas} className={classes.canvas} aria-hidden="true" />
        <div role="row" aria-rowindex={cell.y + 1} className={classes.row}>
          <div
            key={`${cell.x}-${cell.y}`}
            id={`${id}-${cell.x}-${cell.y}`}
            role="gridcell"
            aria-colindex={cell.x + 1}
            aria-selected={selected?.x === cell.x && selected.y === cell.y}
          >
            {`Row ${cell.y + 1}, column ${cell.x + 1}: code ${index ?? 'none'}`}
          </div>
        </div>
      </div>
    </div>
  );
}
