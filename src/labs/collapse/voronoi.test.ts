import fc from 'fast-check';
import { expect, test } from 'vitest';
import { voronoiCells, type Polygon } from './voronoi';

const box = { left: 0, top: 0, right: 100, bottom: 100 };

/** Shoelace. */
function areaOf(cell: Polygon): number {
  let sum = 0;
  for (let i = 0; i < cell.length; i += 2) {
    const next = (i + 2) % cell.length;
    sum += cell[i]! * cell[next + 1]! - cell[next]! * cell[i + 1]!;
  }
  return Math.abs(sum) / 2;
}

const placed = fc
  .uniqueArray(fc.tuple(fc.integer({ min: -20, max: 120 }), fc.integer({ min: -20, max: 120 })), {
    ...{ minLength: 1, maxLength: 40, selector: String },
  })
  .map((points) => Float32Array.from(points.flat()));

test('cells cover the box, each corner no nearer to another code', () => {
  fc.assert(
    fc.property(placed, (points) => {
      const cells = voronoiCells(points, box);
      expect(cells.reduce((sum, cell) => sum + areaOf(cell), 0)).toBeCloseTo(10_000, 2);
      const distance = (k: number, x: number, y: number) => Math.hypot(points[2 * k]! - x, points[2 * k + 1]! - y);
      cells.forEach((cell, k) => {
        for (let i = 0; i < cell.length; i += 2)
          for (let other = 0; other < cells.length; other++)
            expect(distance(k, cell[i]!, cell[i + 1]!)).toBeLessThanOrEqual(
              distance(other, cell[i]!, cell[i + 1]!) + 1e-6,
            );
      });
    }),
  );
});

test('of two equal codes the first has the cell', () => {
  const [first, second] = voronoiCells(Float32Array.of(50, 50, 50, 50), box);
  expect(areaOf(first!)).toBe(10_000);
  expect(second).toEqual([]);
});

test('two codes share the box along the middle', () => {
  const [left, right] = voronoiCells(Float32Array.of(20, 50, 60, 50), box);
  expect(areaOf(left!)).toBeCloseTo(4000, 6);
  expect(areaOf(right!)).toBeCloseTo(6000, 6);
});
