import { useMemo } from 'react';
import { brushCells } from '../../../codebook/paint/brush';
import type { Cell, Spot } from '../../../codebook/paint/types';
import { CodeCanvas } from '../../../ui/CodeCanvas';
import { changedByLevel, selectGrid, selectStale, type PaintView, type Tool } from '../store';
import { useCodeLook, useLab, useLabState } from './labState';

const KINDS: Readonly<Record<Tool, 'brush' | 'area' | 'tap'>> = {
  brush: 'brush',
  pick: 'tap',
  fill: 'tap',
  select: 'area',
  stamp: 'tap',
};

/** The canvas: the codes, or the picture that they become. Both are painted on alike. */
export function Stage({ look }: { look: 'picture' | PaintView['look'] }) {
  const { session, store } = useLab();
  const grid = useLabState(selectGrid);
  const grids = useLabState((state) => state.grids);
  const opened = useLabState((state) => state.opened);
  const picture = useLabState((state) => state.picture);
  const stale = useLabState(selectStale);
  const view = useLabState((state) => state.view);
  const aimed = useAimed();
  const codeLook = useCodeLook(view.level);
  const marked = useMemo(
    () => (view.marks ? (changedByLevel({ opened, grids })[view.level] ?? []) : []),
    [opened, grids, view.level, view.marks],
  );
  if (!grid) return null;
  const what = look === 'picture' ? 'The picture that the codes decode to' : 'The codes';
  return (
    <CodeCanvas
      {...{ grid, look, picture, marked, aimed, ...codeLook }}
      kind={KINDS[view.tool]}
      lines={view.lines}
      selection={view.selection}
      cursor={view.cursor}
      stale={look === 'picture' && stale}
      onHover={(hovered) => {
        // Half a cell is what brushes tell apart: less is no news.
        if (halves(hovered) !== halves(store.getState().view.hovered)) session.look({ hovered });
      }}
      onCursor={(cursor) => session.look({ cursor })}
      onStroke={(from, to) => session.stroke(from, to)}
      onStrokeEnd={() => session.strokeEnd()}
      onStrokeCancel={() => session.strokeCancel()}
      onTap={(cell, pick) => {
        session.look({ cursor: cell });
        void session.tap(cell, pick);
      }}
      onArea={(from, to) => {
        session.select(from, to);
        session.look({ cursor: to });
      }}
      onAreaEnd={() => undefined}
      label={`${what}: ${grid.height} rows and ${grid.width} columns. Arrows move, Space uses the tool, with Shift arrows use it on the way.`}
      testId={look === 'picture' ? 'paint-picture' : 'paint-codes'}
    />
  );
}

const halves = (spot: Spot | null): string => (spot ? `${Math.floor(spot.x * 2)} ${Math.floor(spot.y * 2)}` : '');

/** Cells that the tool in hand would touch where the pointer is. */
function useAimed(): readonly Cell[] {
  const hovered = useLabState((state) => state.view.hovered);
  const tool = useLabState((state) => state.view.tool);
  const size = useLabState((state) => state.view.size);
  const region = useLabState((state) => state.region);
  const grid = useLabState(selectGrid);
  return useMemo(() => {
    if (!hovered || !grid) return [];
    const at = { x: Math.floor(hovered.x), y: Math.floor(hovered.y) };
    const inside = (cell: Cell) => cell.x >= 0 && cell.y >= 0 && cell.x < grid.width && cell.y < grid.height;
    if (tool === 'brush') {
      const box = { x: Math.round(hovered.x - size / 2), y: Math.round(hovered.y - size / 2) };
      return brushCells(size)
        .map(({ x, y }) => ({ x: box.x + x, y: box.y + y }))
        .filter(inside);
    }
    if (tool === 'stamp' && region) {
      // In cells of this grid; of two levels the corner goes to that of a whole coarse code.
      const scale = Math.max(1, ...region.parts.map((part) => part.scale));
      const [x, y] = [Math.floor(at.x / scale) * scale, Math.floor(at.y / scale) * scale];
      const [width, height] = [region.width * scale, region.height * scale];
      return Array.from({ length: width * height }, (_, i) => ({
        x: x + (i % width),
        y: y + Math.floor(i / width),
      })).filter(inside);
    }
    return inside(at) ? [at] : [];
  }, [hovered, tool, size, region, grid]);
}
