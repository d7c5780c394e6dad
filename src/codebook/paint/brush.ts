/** Which cells a tool touches: brushes, lines, fills. */
import type { Cell, CellRect, PaintGrid, Spot } from './types';

type Sides = Pick<PaintGrid, 'width' | 'height'>;

/** Cells of a round brush within the box of `size` x `size` cells around it; up to 3 it fills its box. */
export function brushCells(size: number): Cell[] {
  const cells: Cell[] = [];
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if ((x + 0.5 - size / 2) ** 2 + (y + 0.5 - size / 2) ** 2 <= (size / 2) ** 2) cells.push({ x, y });
  return cells;
}

/** Upper left cell of the box of a brush that is held at `spot`: the box whose middle is nearest. */
const boxAt = ({ x, y }: Spot, size: number): Cell => ({ x: Math.round(x - size / 2), y: Math.round(y - size / 2) });

/** Cells of a straight line between two cells, both ends included (Bresenham): each touches the next at least at a corner. */
export function lineCells(from: Cell, to: Cell): Cell[] {
  const [dx, dy] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  const [sx, sy] = [Math.sign(to.x - from.x), Math.sign(to.y - from.y)];
  const cells: Cell[] = [];
  let { x, y } = from;
  let error = dx - dy;
  for (;;) {
    cells.push({ x, y });
    if (x === to.x && y === to.y) return cells;
    const twice = 2 * error;
    if (twice > -dy) {
      error -= dy;
      x += sx;
    }
    if (twice < dx) {
      error += dx;
      y += sy;
    }
  }
}

/** Places under a brush that goes straight from one spot to another; without gaps, each once, only those of the grid. */
export function strokePlaces({ width, height }: Sides, from: Spot, to: Spot, size: number): number[] {
  const brush = brushCells(size);
  const places = new Set<number>();
  for (const box of lineCells(boxAt(from, size), boxAt(to, size)))
    for (const { x, y } of brush) {
      const [cx, cy] = [box.x + x, box.y + y];
      if (cx >= 0 && cy >= 0 && cx < width && cy < height) places.add(cy * width + cx);
    }
  return [...places];
}

/**
 * Places that are reached from `start` over left, right, upper and lower neighbours through codes that belong (Smith's seed fill); in
 * rising order. Empty where the start itself does not belong or lies outside.
 * @param within only there; null: in the whole grid
 */
export function fillPlaces(
  grid: PaintGrid,
  start: Cell,
  belongs: (code: number) => boolean,
  within: CellRect | null = null,
): number[] {
  const { width, height, indices } = grid;
  const left = Math.max(0, within?.x ?? 0);
  const top = Math.max(0, within?.y ?? 0);
  const right = Math.min(width, within ? within.x + within.width : width);
  const bottom = Math.min(height, within ? within.y + within.height : height);
  const seen = new Uint8Array(indices.length);
  const found: number[] = [];
  const look = (x: number, y: number) => {
    const place = y * width + x;
    if (x < left || y < top || x >= right || y >= bottom || seen[place]) return;
    seen[place] = 1;
    if (belongs(indices[place]!)) found.push(place);
  };
  look(start.x, start.y);
  // `found` is the queue: what was found is looked around from once.
  for (let i = 0; i < found.length; i++) {
    const [x, y] = [found[i]! % width, Math.floor(found[i]! / width)];
    look(x - 1, y);
    look(x + 1, y);
    look(x, y - 1);
    look(x, y + 1);
  }
  return found.sort((a, b) => a - b);
}
