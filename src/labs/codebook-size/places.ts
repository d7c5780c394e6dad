/** Errors place by place: where a smaller codebook fails. */
import type { CodeGrid, Picture } from '../../engine/types';

/** Values over the finest grid of a picture's codes, row-major. */
export interface PlaceMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array<ArrayBuffer>;
}

/**
 * Root of the mean squared difference under each code of `grid`, in grey levels over red, green and blue.
 * @param grid the finest one: its codes tile the picture; the last row and column may reach beyond it
 */
export function placeErrors(one: Picture, other: Picture, grid: Pick<CodeGrid, 'width' | 'height'>): PlaceMap {
  const side = Math.ceil(one.width / grid.width);
  const sums = new Float64Array(grid.width * grid.height);
  const counts = new Float64Array(sums.length);
  for (let y = 0; y < one.height; y++)
    for (let x = 0; x < one.width; x++) {
      const place = Math.floor(y / side) * grid.width + Math.floor(x / side);
      const at = (y * one.width + x) * 4;
      for (let c = 0; c < 3; c++) sums[place]! += (one.data[at + c]! - other.data[at + c]!) ** 2;
      counts[place]! += 3;
    }
  return {
    width: grid.width,
    height: grid.height,
    values: Float32Array.from(sums, (sum, i) => Math.sqrt(sum / Math.max(1, counts[i]!))),
  };
}

/** 1 where a place of the finest grid has another code (in any grid) than in `before`. */
export function changedPlaces(before: readonly CodeGrid[], after: readonly CodeGrid[]): PlaceMap {
  const finest = after.at(-1)!;
  const values = new Float32Array(finest.width * finest.height);
  after.forEach((grid, level) => {
    const scale = finest.width / grid.width;
    for (let i = 0; i < values.length; i++) {
      const place =
        Math.floor(Math.floor(i / finest.width) / scale) * grid.width + Math.floor((i % finest.width) / scale);
      if (grid.indices[place] !== before[level]?.indices[place]) values[i] = 1;
    }
  });
  return { width: finest.width, height: finest.height, values };
}

/** Codes of all grids that are others than in `before`. */
export const countChanged = (before: readonly CodeGrid[], after: readonly CodeGrid[]): number =>
  after.reduce(
    (sum, { indices }, level) =>
      sum + indices.reduce((count, code, i) => count + Number(code !== before[level]?.indices[i]), 0),
    0,
  );

/** The errors of one size of the sweep. */
export interface SizeErrors {
  readonly size: number;
  readonly errors: PlaceMap;
}

/**
 * The size at which each place fails first on the way down: where its error is more than `tolerance` above what it is with the largest. 0 where it never
 * does.
 * @param sweep from the largest size
 */
export function failsAt(sweep: readonly SizeErrors[], tolerance: number): PlaceMap | null {
  const [whole, ...smaller] = sweep;
  if (!whole) return null;
  const { width, height } = whole.errors;
  const values = Float32Array.from(
    whole.errors.values,
    (error, place) => smaller.find(({ errors }) => errors.values[place]! - error > tolerance)?.size ?? 0,
  );
  return { width, height, values };
}
