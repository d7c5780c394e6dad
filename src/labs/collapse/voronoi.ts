/** Cells of the nearest code. Pure. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Corners one after the other, x and y in turn. */
export type Polygon = readonly number[];

/**
 * What of the box is nearest to each point: the box, cut along the middle between the point and every other one that is near enough to matter. An
 * empty polygon for a point whose cell lies outside, and for the later one of two equal points.
 * @param points [count, 2]
 */
export function voronoiCells(points: Float32Array, box: Box): Polygon[] {
  const { left, top, right, bottom } = box;
  const count = points.length / 2;
  const cells: Polygon[] = [];
  for (let i = 0; i < count; i++) {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
    let cell: number[] = [left, top, right, top, right, bottom, left, bottom];
    let reach = reachOf(cell, x, y);
    for (let j = 0; j < count && cell.length > 0; j++) {
      if (j === i) continue;
      const [dx, dy] = [points[2 * j]! - x, points[2 * j + 1]! - y];
      const squared = dx * dx + dy * dy;
      if (squared === 0) {
        if (j < i) cell = [];
        continue;
      }
      // The middle line is farther away than any corner.
      if (squared > 4 * reach) continue;
      cell = cut(cell, dx, dy, dx * x + dy * y + squared / 2);
      reach = reachOf(cell, x, y);
    }
    cells.push(cell);
  }
  return cells;
}

/** Square of the distance of the farthest corner. */
function reachOf(cell: Polygon, x: number, y: number): number {
  let most = 0;
  for (let i = 0; i < cell.length; i += 2) most = Math.max(most, (cell[i]! - x) ** 2 + (cell[i + 1]! - y) ** 2);
  return most;
}

/** What of the polygon has a x + b y <= limit (Sutherland and Hodgman 1974). */
function cut(cell: Polygon, a: number, b: number, limit: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < cell.length; i += 2) {
    const [x, y] = [cell[i]!, cell[i + 1]!];
    const next = (i + 2) % cell.length;
    const [u, v] = [cell[next]!, cell[next + 1]!];
    const [here, there] = [a * x + b * y - limit, a * u + b * v - limit];
    if (here <= 0) out.push(x, y);
    if (here < 0 !== there < 0 && here !== there && here !== 0 && there !== 0) {
      const share = here / (here - there);
      out.push(x + share * (u - x), y + share * (v - y));
    }
  }
  return out;
}
