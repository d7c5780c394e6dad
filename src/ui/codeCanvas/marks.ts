/** What lies over a grid of codes, as SVG paths in cells. Pure. */
import type { Cell } from '../types';

interface Sides {
  readonly width: number;
  readonly height: number;
}

export interface CellBox extends Cell, Sides {}

export const boxPath = ({ x, y, width, height }: CellBox): string => `M${x} ${y}h${width}v${height}h${-width}z`;

/** The joints of a grid. */
export function gridPath({ width, height }: Sides): string {
  let path = '';
  for (let x = 1; x < width; x++) path += `M${x} 0v${height}`;
  for (let y = 1; y < height; y++) path += `M0 ${y}h${width}`;
  return path;
}

/** Each cell as a square of its own. */
export const cellsPath = (cells: readonly Cell[]): string =>
  cells.map(({ x, y }) => boxPath({ x, y, width: 1, height: 1 })).join('');

/** A small corner in each place of a grid of `width` cells. */
export const cornersPath = (places: readonly number[], width: number): string =>
  places.map((place) => `M${place % width} ${Math.floor(place / width)}h.34l-.34 .34z`).join('');
