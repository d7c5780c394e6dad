import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeView, zoomAt } from '../viewport';
import {
  arrange,
  placeAfterKey,
  placeAt,
  plainLayout,
  rowsOf,
  viewWith,
  visibleCodes,
  type AtlasLayout,
} from './geometry';

/** Patches of 2 x 2 pixels, each of one colour: its code in red. */
function sheetOf(count: number, columns: number) {
  const width = columns * 2;
  const height = Math.ceil(count / columns) * 2;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.set([(y >> 1) * columns + (x >> 1), x & 1, y & 1, 255], (y * width + x) * 4);
  return { picture: { width, height, data }, columns, patch: 2 };
}

describe('an atlas', () => {
  it('is laid out anew without a pixel lost', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 30 }, (_, i) => i),
          { minLength: 1 },
        ),
        fc.integer({ min: 1, max: 9 }),
        (order, width) => {
          const out = arrange(sheetOf(30, 7), { order, width });
          expect(out.width).toBe(width * 2);
          expect(out.height).toBe(Math.ceil(order.length / width) * 2);
          order.forEach((code, place) => {
            for (const [dx, dy] of [
              [0, 0],
              [1, 0],
              [0, 1],
              [1, 1],
            ] as const) {
              // prettier-ignore
              const at = ((Math.floor(place / width) * 2 + dy) * out.width + (place % width) * 2 + dx) * 4;
              expect([...out.data.subarray(at, at + 4)]).toEqual([code, dx, dy, 255]);
            }
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  const layout: AtlasLayout = { order: [4, 3, 2, 1, 0], width: 2 };
  it('knows what lies under a point, zoomed or not', () => {
    expect(rowsOf(layout)).toBe(3);
    expect(placeAt(layout, wholeView, 0.6, 0.1)).toBe(1);
    expect(placeAt(layout, wholeView, 0.4, 0.9)).toBe(4);
    expect(placeAt(layout, wholeView, 0.6, 0.9)).toBeNull();
    expect(placeAt(layout, wholeView, -0.1, 0.1)).toBeNull();
    const view = zoomAt(wholeView, 0, 0, 2);
    expect(placeAt(layout, view, 0.9, 0.1)).toBe(0);
    expect(visibleCodes(layout, wholeView)).toEqual([4, 3, 2, 1, 0]);
    expect(visibleCodes(layout, view)).toEqual([4, 2]);
  });

  it('is walked by keys', () => {
    const walk = (place: number | null, key: string, ctrl = false) => placeAfterKey(layout, place, key, ctrl);
    expect(walk(null, 'ArrowDown')).toBe(0);
    expect([walk(0, 'ArrowDown'), walk(3, 'ArrowDown'), walk(1, 'ArrowUp')]).toEqual([2, 3, 1]);
    expect([walk(1, 'ArrowRight'), walk(4, 'ArrowRight'), walk(0, 'ArrowLeft')]).toEqual([2, 4, 0]);
    expect([walk(3, 'Home'), walk(2, 'End'), walk(1, 'End', true), walk(4, 'Home', true)]).toEqual([2, 3, 4, 0]);
    expect(walk(1, 'x')).toBeNull();
    expect(placeAfterKey(plainLayout(0, 2), null, 'ArrowDown', false)).toBeNull();
  });

  it('brings a place into view and never shows what is beyond it', () => {
    fc.assert(
      fc.property(
        fc.nat(4),
        fc.double({ min: 1, max: 30, noNaN: true }),
        fc.nat(10),
        fc.nat(10),
        (place, scale, x, y) => {
          const view = viewWith(layout, zoomAt(wholeView, x / 10, y / 10, scale), place);
          if (scale <= 2) expect(visibleCodes(layout, view)).toContain(layout.order[place]);
          expect(view.x).toBeLessThanOrEqual(1e-9);
          expect(view.x).toBeGreaterThanOrEqual(1 - view.scale - 1e-9);
          expect(view.y).toBeGreaterThanOrEqual(1 - view.scale - 1e-9);
        },
      ),
    );
  });
});
