/** Where a picture lies on its stage, and back; rectangles and squares under the hand. Pure. */
import type { Viewport } from '../viewport';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Size, Spot {}

/** Small pictures are enlarged on the stage, but not beyond this. */
const MOST_ENLARGED = 6;

/** Room around the picture, in pixels of the stage: for what its corners are taken by. */
const MARGIN = 14;

/** The box of a picture on a stage, in the stage's pixels: as large as fits, in the middle, then zoomed and panned. */
export function pictureBox(stage: Size, picture: Size, view: Viewport): Box {
  const room = { width: Math.max(1, stage.width - 2 * MARGIN), height: Math.max(1, stage.height - 2 * MARGIN) };
  const fit = Math.min(room.width / picture.width, room.height / picture.height, MOST_ENLARGED);
  const [width, height] = [picture.width * fit, picture.height * fit];
  return {
    x: view.x * stage.width + (view.scale * (stage.width - width)) / 2,
    y: view.y * stage.height + (view.scale * (stage.height - height)) / 2,
    width: width * view.scale,
    height: height * view.scale,
  };
}

/** A point of the stage in pixels of the picture; beyond its edges too. */
export const toPicture = (point: Spot, box: Box, picture: Size): Spot => ({
  x: ((point.x - box.x) / box.width) * picture.width,
  y: ((point.y - box.y) / box.height) * picture.height,
});

/** The whole pixels between two corners. */
export function rectBetween(a: Spot, b: Spot): Box {
  const x = Math.floor(Math.min(a.x, b.x));
  const y = Math.floor(Math.min(a.y, b.y));
  return { x, y, width: Math.ceil(Math.max(a.x, b.x)) - x, height: Math.ceil(Math.max(a.y, b.y)) - y };
}

/** The smallest rectangle around both; null is none. */
export function unionBox(a: Box | null, b: Box): Box {
  if (!a) return b;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    ...{ x, y },
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

/** As many whole rows of a rectangle as `budget` pixels are, at least one, and what is left after them. */
export function takeRows(box: Box, budget: number): { now: Box; rest: Box | null } {
  const rows = Math.min(box.height, Math.max(1, Math.floor(budget / Math.max(1, box.width))));
  const rest = { ...box, y: box.y + rows, height: box.height - rows };
  return { now: { ...box, height: rows }, rest: rest.height > 0 ? rest : null };
}

/** Corners of a square by their places: 0 is left or top, 1 is right or bottom. */
export const CORNERS = [
  { right: 0, bottom: 0, name: 'top left' },
  { right: 1, bottom: 0, name: 'top right' },
  { right: 0, bottom: 1, name: 'bottom left' },
  { right: 1, bottom: 1, name: 'bottom right' },
] as const;
export type Corner = (typeof CORNERS)[number];

/** The square whose corner is dragged to `point`; the opposite corner stays, and the larger of both ways counts. */
export function resizeSquare(square: Box, { right, bottom }: Corner, point: Spot, least: number): Box {
  const fixed = { x: square.x + (right ? 0 : square.width), y: square.y + (bottom ? 0 : square.height) };
  const wide = right ? point.x - fixed.x : fixed.x - point.x;
  const high = bottom ? point.y - fixed.y : fixed.y - point.y;
  const side = Math.max(least, Math.round(Math.max(wide, high)));
  return { x: right ? fixed.x : fixed.x - side, y: bottom ? fixed.y : fixed.y - side, width: side, height: side };
}

export const moveBox = (box: Box, dx: number, dy: number): Box => ({
  ...box,
  x: Math.round(box.x + dx),
  y: Math.round(box.y + dy),
});

/** Arrow keys as a way of `step`; null for other keys. */
export function arrowOf(key: string, step: number): Spot | null {
  switch (key) {
    case 'ArrowLeft':
      return { x: -step, y: 0 };
    case 'ArrowRight':
      return { x: step, y: 0 };
    case 'ArrowUp':
      return { x: 0, y: -step };
    case 'ArrowDown':
      return { x: 0, y: step };
    default:
      return null;
  }
}

/** A polygon as an SVG path. */
export const pathOf = (points: readonly Spot[]): string =>
  points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** Outlines of marked cells of a grid over `box`, as one SVG path of rectangles joined by rows. */
export function cellsPath(marked: Uint8Array, columns: number, rows: number, box: Box): string {
  const [w, h] = [box.width / columns, box.height / rows];
  let path = '';
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      if (marked[y * columns + x]) path += `M${box.x + x * w} ${box.y + y * h}h${w}v${h}h${-w}z`;
  return path;
}
