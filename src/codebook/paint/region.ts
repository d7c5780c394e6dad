/** Rectangles of codes: selected, copied, pasted into pictures of any size. */
import { changeOf } from './change';
import type { Cell, CellRect, GridChange, PaintGrid } from './types';

type Sides = Pick<PaintGrid, 'width' | 'height'>;

/** The rectangle that holds both cells. */
export const rectBetween = (a: Cell, b: Cell): CellRect => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x) + 1,
  height: Math.abs(a.y - b.y) + 1,
});

/** The part of a rectangle that lies in the grid; null where none does. */
export function clipRect(rect: CellRect, { width, height }: Sides): CellRect | null {
  const [x, y] = [Math.max(0, rect.x), Math.max(0, rect.y)];
  const right = Math.min(width, rect.x + rect.width);
  const bottom = Math.min(height, rect.y + rect.height);
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null;
}

/** Places of a rectangle, or of the whole grid; row by row. */
export function placesIn(grid: Sides, rect: CellRect | null): number[] {
  const { x, y, width, height } = (rect ? clipRect(rect, grid) : { x: 0, y: 0, ...sidesOf(grid) }) ?? none;
  return Array.from({ length: width * height }, (_, i) => (y + Math.floor(i / width)) * grid.width + x + (i % width));
}

const none: CellRect = { x: 0, y: 0, width: 0, height: 0 };
const sidesOf = ({ width, height }: Sides): Sides => ({ width, height });

/** The cells of `to` that a rectangle of `from` touches: both grids lie over the same picture. */
export function rectOver(rect: CellRect, from: Sides, to: Sides): CellRect {
  const scale = to.width / from.width;
  const [x, y] = [Math.floor(rect.x * scale), Math.floor(rect.y * scale)];
  return {
    ...{ x, y },
    width: Math.ceil((rect.x + rect.width) * scale) - x,
    height: Math.ceil((rect.y + rect.height) * scale) - y,
  };
}

/** The cell of `to` that lies over the upper left corner of a cell of `from`. */
export const cellOver = ({ x, y }: Cell, from: Sides, to: Sides): Cell => ({
  x: Math.floor((x * to.width) / from.width),
  y: Math.floor((y * to.height) / from.height),
});

/** Codes that were copied, with what they are codes of. */
export interface CodeRegion {
  /** The tokenizer whose codebooks the numbers mean. */
  readonly modelId: string;
  /** In cells of the coarsest grid that was copied. */
  readonly width: number;
  readonly height: number;
  /** One for each grid that was copied. */
  readonly parts: readonly RegionPart[];
}

export interface RegionPart {
  readonly level: number;
  readonly codebookSize: number;
  /** Cells of this grid for one of the region, a side. */
  readonly scale: number;
  /** [height * scale, width * scale] */
  readonly codes: Int32Array<ArrayBuffer>;
}

/**
 * The codes under a rectangle of grid `level`: of that grid alone, or of all. Of two levels the rectangle grows to whole codes of the coarser one.
 * Null where it lies outside.
 */
export function copyRegion(
  modelId: string,
  grids: readonly PaintGrid[],
  level: number,
  rect: CellRect,
  levels: 'this' | 'all',
): CodeRegion | null {
  const own = grids[level];
  const inside = own && clipRect(rect, own);
  if (!own || !inside) return null;
  const copied = levels === 'all' ? grids.map((_, i) => i) : [level];
  const coarsest = copied.map((i) => grids[i]!).reduce((a, b) => (b.width < a.width ? b : a));
  const units = rectOver(inside, own, coarsest);
  const parts = copied.map((i) => {
    const grid = grids[i]!;
    const scale = grid.width / coarsest.width;
    const cells = { x: units.x * scale, y: units.y * scale, width: units.width * scale, height: units.height * scale };
    const codes = Int32Array.from(placesIn(grid, cells), (place) => grid.indices[place]!);
    return { level: i, codebookSize: grid.codebookSize, scale, codes };
  });
  return { modelId, width: units.width, height: units.height, parts };
}

/** Why a region cannot be pasted into codes of a model, in words for the visitor; null where it can. */
export function whyNoPaste(region: CodeRegion, modelId: string, grids: readonly PaintGrid[]): string | null {
  if (region.modelId !== modelId)
    return (
      `These codes are numbers of the codebook of "${region.modelId}"; in that of "${modelId}" the same numbers stand for ` +
      'other patches. Open both pictures with one model, and copy again.'
    );
  const odd = region.parts.find(({ level, codebookSize }) => grids[level]?.codebookSize !== codebookSize);
  return odd
    ? `These codes are of grid ${odd.level + 1} with ${odd.codebookSize} codes, which this picture does not have.`
    : null;
}

export interface Pasted {
  readonly changes: readonly GridChange[];
  /** What was covered, in cells of grid `level` of the call; null: nothing, it all fell outside. */
  readonly rect: CellRect | null;
  /** Codes of the region that fell beyond the edge. */
  readonly clipped: number;
  /** All codes of the region. */
  readonly total: number;
}

/**
 * Puts a region with its upper left corner at a cell of grid `level`; what lies beyond the edge is left out. Of two levels the corner goes to
 * that of a whole coarse code. Codes of other levels than `level` go to their own.
 * @throws RangeError with the words of `whyNoPaste`
 */
export function pasteRegion(
  region: CodeRegion,
  modelId: string,
  grids: readonly PaintGrid[],
  level: number,
  at: Cell,
): Pasted {
  const why = whyNoPaste(region, modelId, grids);
  if (why !== null) throw new RangeError(why);
  const own = grids[level];
  if (!own) throw new RangeError(`There is no grid ${level}.`);
  const coarsest = region.parts.map((part) => grids[part.level]!).reduce((a, b) => (b.width < a.width ? b : a));
  const corner = cellOver(at, own, coarsest);
  const changes: GridChange[] = [];
  let [clipped, total] = [0, 0];
  for (const { level: target, scale, codes } of region.parts) {
    const grid = grids[target]!;
    const width = region.width * scale;
    const wanted: [number, number][] = [];
    codes.forEach((code, i) => {
      const x = corner.x * scale + (i % width);
      const y = corner.y * scale + Math.floor(i / width);
      if (x >= 0 && y >= 0 && x < grid.width && y < grid.height) wanted.push([y * grid.width + x, code]);
    });
    total += codes.length;
    clipped += codes.length - wanted.length;
    const change = changeOf(grids, target, wanted);
    if (change) changes.push(change);
  }
  const covered = clipRect({ ...corner, width: region.width, height: region.height }, coarsest);
  return { changes, rect: covered && rectOver(covered, coarsest, own), clipped, total };
}

const FORMAT = 'tessera-region';
/** Most codes that a text may bring: a whole picture of 4,096 pixels a side in codes of 8. */
const MOST_CODES = 512 * 512;

/** A region as text, for the clipboard of the system. */
export const regionToText = (region: CodeRegion): string =>
  JSON.stringify({
    format: FORMAT,
    version: 1,
    ...region,
    parts: region.parts.map((part) => ({ ...part, codes: [...part.codes] })),
  });

/** Reads what `regionToText` wrote; null for any other text. Trusts nothing: a clipboard holds whatever anyone put there. */
export function regionFromText(text: string): CodeRegion | null {
  if (!text.includes(FORMAT) || text.length > MOST_CODES * 8) return null;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(read) || read['format'] !== FORMAT || read['version'] !== 1) return null;
  const { modelId, width, height, parts } = read;
  if (typeof modelId !== 'string' || !isCount(width) || !isCount(height) || !Array.isArray(parts)) return null;
  const found = parts.map((part) => readPart(part, width, height));
  if (found.length === 0 || found.some((part) => part === null)) return null;
  return { modelId, width, height, parts: found as RegionPart[] };
}

function readPart(part: unknown, width: number, height: number): RegionPart | null {
  if (!isRecord(part)) return null;
  const { level, codebookSize, scale, codes } = part;
  if (!Number.isInteger(level) || (level as number) < 0 || !isCount(codebookSize) || !isCount(scale)) return null;
  const length = width * height * scale ** 2;
  if (!Array.isArray(codes) || codes.length !== length || length > MOST_CODES) return null;
  const fine = codes.every((code) => Number.isInteger(code) && code >= 0 && code < codebookSize);
  return fine ? { level: level as number, codebookSize, scale, codes: Int32Array.from(codes as number[]) } : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
