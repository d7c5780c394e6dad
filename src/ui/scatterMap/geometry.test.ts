import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeView, zoomAt } from '../viewport';
import { fitPoints, pointAt, pointTowards, viewWithPoint } from './geometry';

describe('points on a stage', () => {
  it('fit into it, keep their shape, and point upwards', () => {
    const places = fitPoints([0, 0, 10, 0, 0, 5], 0);
    expect([...places]).toEqual([0, 0.75, 1, 0.75, 0, 0.25]);
    expect([...fitPoints([3, 3])]).toEqual([0.5, 0.5]);
    // A hair apart, far from 0.
    expect([...fitPoints([50, 0, 50 + 2 ** -47, 0], 0)]).toEqual([0, 0.5, 1, 0.5]);
    // Twice as wide as high: the same shape, twice as large.
    expect([...fitPoints([0, 0, 10, 0, 0, 5], 0, 2)]).toEqual([0, 1, 1, 1, 0, 0]);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 4, maxLength: 40 }),
        (values) => {
          const even = values.slice(0, values.length & ~1);
          for (const place of fitPoints(even)) {
            expect(place).toBeGreaterThanOrEqual(0.04 - 1e-9);
            expect(place).toBeLessThanOrEqual(0.96 + 1e-9);
          }
        },
      ),
    );
  });

  const cross = [0.5, 0.5, 0.8, 0.5, 0.2, 0.5, 0.5, 0.2, 0.5, 0.8];
  it('are found under the pointer, in the view', () => {
    expect(pointAt(cross, wholeView, 0.79, 0.51, 0.05)).toBe(1);
    expect(pointAt(cross, wholeView, 0.65, 0.5, 0.05)).toBeNull();
    expect(pointAt(cross, wholeView, 0.76, 0.5, 0.05)).toBe(1);
    expect(pointAt(cross, wholeView, 0.76, 0.5, 0.05, 2)).toBeNull();
    const view = zoomAt(wholeView, 0.8, 0.5, 4);
    expect(pointAt(cross, view, 0.8, 0.5, 0.01)).toBe(1);
    expect(pointAt(cross, view, 0.5, 0.5, 0.01)).toBeNull();
  });

  it('are walked by arrow keys', () => {
    const walk = (from: number, key: string) => pointTowards(cross, from, key);
    expect(['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown'].map((key) => walk(0, key))).toEqual([1, 2, 3, 4]);
    expect(walk(1, 'ArrowLeft')).toBe(0);
    expect(walk(1, 'ArrowRight')).toBeNull();
    expect(walk(0, 'Enter')).toBeNull();
  });

  it('are brought into view', () => {
    const view = viewWithPoint(cross, zoomAt(wholeView, 0, 0, 8), 4);
    const at = [view.x + 8 * 0.5, view.y + 8 * 0.8];
    at.forEach((place) => expect(place).toBeGreaterThanOrEqual(0.05 - 1e-9));
    at.forEach((place) => expect(place).toBeLessThanOrEqual(0.95 + 1e-9));
  });
});
