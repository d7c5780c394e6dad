import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../types';
import { emptyMask, fullMask } from './mask';
import { fillPolygon, fillRect, strokeSegment, type PaintValue } from './paint';
import { drawn, isIn, masks } from './testing';
import type { Mask, Point } from './types';

const coordinate = fc.oneof(fc.integer({ min: -10, max: 30 }), fc.double({ min: -10, max: 30, noNaN: true }));
const point: fc.Arbitrary<Point> = fc.record({ x: coordinate, y: coordinate });
const value = fc.constantFrom<PaintValue>('hole', 'known');

/** The dirty rectangle is null exactly where nothing changed, and holds every change. */
function checkDirty(before: Mask, after: Mask, dirty: Rect | null): void {
  const changed = [...after.data.keys()].filter((i) => after.data[i] !== before.data[i]);
  expect(dirty === null).toBe(changed.length === 0);
  for (const i of changed) expect(isIn(dirty!, i % after.width, Math.floor(i / after.width))).toBe(true);
  if (dirty) {
    expect(Math.min(dirty.x, dirty.y)).toBeGreaterThanOrEqual(0);
    expect(dirty.x + dirty.width).toBeLessThanOrEqual(after.width);
    expect(dirty.y + dirty.height).toBeLessThanOrEqual(after.height);
  }
}

const copy = (mask: Mask): Mask => ({ ...mask, data: mask.data.slice() });

describe('strokeSegment', () => {
  it('paints a capsule', () => {
    const mask = emptyMask(9, 5);
    const dirty = strokeSegment(
      mask,
      { x: 2.5, y: 2.5 },
      { x: 6.5, y: 2.5 },
      { radius: 2, hardness: 1, value: 'hole' },
    );
    expect(drawn(mask)).toEqual(['..#####..', '.#######.', '#########', '.#######.', '..#####..']);
    expect(dirty).toEqual({ x: 0, y: 0, width: 9, height: 5 });
  });

  it('paints the one pixel under a brush that is thinner than it', () => {
    for (const [x, y] of [
      [2.5, 2.5],
      [2.1, 2.4],
      [2.4, 2.9],
    ] as const) {
      const mask = emptyMask(5, 5);
      strokeSegment(mask, { x, y }, { x, y }, { radius: 0, hardness: 1, value: 'hole' });
      expect(mask.data[12]).toBe(255);
    }
    const one = emptyMask(5, 5);
    strokeSegment(one, { x: 2.5, y: 2.5 }, { x: 2.5, y: 2.5 }, { radius: 0.5, hardness: 1, value: 'hole' });
    expect(one.data.reduce((a, b) => a + b, 0)).toBe(255);
  });

  it('falls off from hardness * radius to radius', () => {
    const mask = emptyMask(21, 1);
    const middle = { x: 10.5, y: 0.5 };
    strokeSegment(mask, middle, middle, { radius: 8, hardness: 0.5, value: 'hole' });
    expect(Array.from(mask.data.subarray(10))).toEqual([255, 255, 255, 255, 255, 215, 128, 40, 0, 0, 0]);
    strokeSegment(mask, middle, middle, { radius: 8, hardness: 0.5, value: 'known' });
    // 255 - 215, 255 - 128, and what was there already where that is less.
    expect(Array.from(mask.data.subarray(10))).toEqual([0, 0, 0, 0, 0, 40, 127, 40, 0, 0, 0]);
  });

  it('is what measuring every pixel gives, and touches no other', () => {
    const brush = fc.record({
      radius: fc.double({ min: 0, max: 9, noNaN: true }),
      hardness: fc.double({ min: 0, max: 1, noNaN: true }),
      value,
    });
    fc.assert(
      fc.property(masks, point, point, brush, (before, from, to, { radius, hardness, value }) => {
        const mask = copy(before);
        const dirty = strokeSegment(mask, from, to, { radius, hardness, value });
        checkDirty(before, mask, dirty);
        const reach = Math.max(radius, Math.SQRT1_2);
        mask.data.forEach((found, i) => {
          const [px, py] = [(i % mask.width) + 0.5, Math.floor(i / mask.width) + 0.5];
          const [dx, dy] = [to.x - from.x, to.y - from.y];
          const length2 = dx * dx + dy * dy;
          const t = length2 > 0 ? Math.min(Math.max(((px - from.x) * dx + (py - from.y) * dy) / length2, 0), 1) : 0;
          const distance = Math.hypot(px - from.x - t * dx, py - from.y - t * dy);
          const fade = Math.min(Math.max((reach - distance) / (reach - hardness * reach), 0), 1);
          const strength = distance <= hardness * reach ? 255 : 255 * fade * fade * (3 - 2 * fade);
          const wanted =
            value === 'hole' ? Math.max(before.data[i]!, strength) : Math.min(before.data[i]!, 255 - strength);
          // A distance of exactly a radius is a matter of the last bit.
          if (Math.min(Math.abs(distance - reach), Math.abs(distance - hardness * reach)) > 1e-6) {
            expect(Math.abs(found - wanted)).toBeLessThanOrEqual(0.5001);
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  it('says what a brush needs', () => {
    const at = { x: 1, y: 1 };
    const mask = emptyMask(4, 4);
    expect(() => strokeSegment(mask, at, at, { radius: -1, hardness: 1, value: 'hole' })).toThrow(
      /radius of 0 or more/,
    );
    expect(() => strokeSegment(mask, at, at, { radius: 1, hardness: 2, value: 'hole' })).toThrow(
      /hardness from 0 to 1/,
    );
    expect(() => strokeSegment(mask, at, { x: NaN, y: 0 }, { radius: 1, hardness: 1, value: 'hole' })).toThrow(
      /not \(NaN, 0\)/,
    );
  });
});

describe('fillRect', () => {
  it('fills what is inside the picture', () => {
    fc.assert(
      fc.property(masks, fc.integer({ min: -9, max: 20 }), fc.nat(12), value, (before, x, size, value) => {
        const mask = copy(before);
        const rect = { x, y: x - 2, width: size, height: size + 3 };
        checkDirty(before, mask, fillRect(mask, rect, value));
        mask.data.forEach((found, i) => {
          const inside = isIn(rect, i % mask.width, Math.floor(i / mask.width));
          expect(found).toBe(inside ? (value === 'hole' ? 255 : 0) : before.data[i]);
        });
      }),
    );
  });

  it('answers null where there is nothing to do', () => {
    expect(fillRect(fullMask(4, 4), { x: 0, y: 0, width: 2, height: 2 }, 'hole')).toBeNull();
    expect(fillRect(emptyMask(4, 4), { x: 9, y: 0, width: 2, height: 2 }, 'hole')).toBeNull();
  });
});

describe('fillPolygon', () => {
  it('leaves out what a lasso goes round twice', () => {
    const mask = emptyMask(9, 9);
    const turn = [
      { x: 0, y: 0 },
      { x: 9, y: 0 },
      { x: 9, y: 9 },
      { x: 0, y: 9 },
    ];
    const inner = [
      { x: 3, y: 3 },
      { x: 6, y: 3 },
      { x: 6, y: 6 },
      { x: 3, y: 6 },
    ];
    fillPolygon(mask, [...turn, turn[0]!, inner[0]!, ...inner.slice(1), inner[0]!, turn[0]!], 'hole');
    expect(drawn(mask).slice(2, 7)).toEqual(['#########', '###...###', '###...###', '###...###', '#########']);
  });

  it('is what counting the edges to the right of every pixel gives', () => {
    fc.assert(
      fc.property(masks, fc.array(point, { maxLength: 9 }), value, (before, points, value) => {
        const mask = copy(before);
        checkDirty(before, mask, fillPolygon(mask, points, value));
        mask.data.forEach((found, i) => {
          const [x, y] = [(i % mask.width) + 0.5, Math.floor(i / mask.width) + 0.5];
          let inside = false;
          let close = false;
          points.forEach((a, k) => {
            const b = points[(k + 1) % points.length]!;
            if (a.y > y === b.y > y) return;
            const crossing = a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x);
            close ||= Math.abs(crossing - x) < 1e-9;
            if (crossing > x) inside = !inside;
          });
          // On a line it is a matter of the last bit; polygons that share the line take the pixel once.
          if (close || points.some((p) => Math.abs(p.y - y) < 1e-9)) return;
          expect(found).toBe(inside && points.length > 2 ? (value === 'hole' ? 255 : 0) : before.data[i]);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('divides a picture between two polygons that share an edge', () => {
    const mask = emptyMask(6, 6);
    const [a, b, c, d] = [
      { x: 0, y: 0 },
      { x: 6, y: 0 },
      { x: 6, y: 6 },
      { x: 0, y: 6 },
    ];
    fillPolygon(mask, [a, b, c], 'hole');
    const first = mask.data.slice();
    fillPolygon(mask, [a, c, d], 'hole');
    expect(mask.data.every((v) => v === 255)).toBe(true);
    const second = emptyMask(6, 6);
    fillPolygon(second, [a, c, d], 'hole');
    expect(first.every((v, i) => v === 0 || second.data[i] === 0)).toBe(true);
  });

  it('needs three points, and places for all of them', () => {
    expect(
      fillPolygon(
        emptyMask(4, 4),
        [
          { x: 0, y: 0 },
          { x: 4, y: 4 },
        ],
        'hole',
      ),
    ).toBeNull();
    expect(() => fillPolygon(emptyMask(4, 4), [{ x: 0, y: Infinity }], 'hole')).toThrow(/not \(0, Infinity\)/);
  });
});
