import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMask, fullMask } from './mask';
import { packMask, unpackMask } from './packMask';
import { strokeSegment } from './paint';
import { blockMasks, maskOf, masks } from './testing';

describe('packMask', () => {
  it('gives back known and hidden, or every value', () => {
    fc.assert(
      fc.property(fc.oneof(masks, blockMasks), (mask) => {
        const { width, height, data } = mask;
        expect(unpackMask(packMask(mask), width, height).data).toEqual(data.map((v) => (v > 0 ? 255 : 0)));
        expect(unpackMask(packMask(mask, 'grey'), width, height)).toEqual(mask);
      }),
      { numRuns: 300 },
    );
  });

  it('writes differences to the run before the last', () => {
    // Runs: 5 known, 2 hidden, 2 known (5 - 3), 2 hidden (the same), 1 known (left out).
    expect(Array.from(packMask(maskOf('....', '.##.', '.##.')))).toEqual([0, 10, 4, 5, 0]);
    expect(Array.from(packMask(maskOf('##..', '....')))).toEqual([0, 0, 4]);
    expect(Array.from(packMask(emptyMask(1000, 700)))).toEqual([0]);
    // 700,000 = 42 * 128^2 + 92 * 128 + 96; zigzag doubles it.
    expect(Array.from(packMask(fullMask(1000, 700), 'grey'))).toEqual([1, 255, 96 | 128, 92 | 128, 42]);
  });

  it('takes few bytes for a brush stroke', () => {
    const mask = emptyMask(3000, 2000);
    strokeSegment(mask, { x: 900, y: 700 }, { x: 1300, y: 900 }, { radius: 200, hardness: 1, value: 'hole' });
    // 600 rows: one byte for where each begins and one for how long it is.
    expect(packMask(mask).length).toBeLessThan(1300);
  });
});

describe('unpackMask', () => {
  it.each([
    [[], 'they are empty'],
    [[7, 1], 'their kind is 7'],
    [[0, 0x80], 'cut off'],
    [[1, 255], 'cut off'],
    [[0, 2, 0], 'a run has no pixels'],
    [[0, 1], 'a run has no pixels'],
    [[1, 255, 0], 'a run has no pixels'],
    [[0, 0, 14], 'more pixels'],
    [[1, 9, 7], 'more pixels'],
    [[0, 255, 255, 255, 255, 255, 255, 1], 'a run is too long'],
  ])('refuses %j: %s', (bytes, message) => {
    expect(() => unpackMask(Uint8Array.from(bytes), 3, 2)).toThrow(message);
  });

  it('refuses sizes that would only take memory', () => {
    expect(() => unpackMask(Uint8Array.of(0), 1e6, 1e6)).toThrow(/from 1 to 8192/);
  });

  it('never throws anything but a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0, 1), (bytes, kind) => {
        try {
          expect(unpackMask(Uint8Array.of(kind, ...bytes), 9, 11).data.length).toBe(99);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
