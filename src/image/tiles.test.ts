import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestDifference } from './fixtures/read';
import { pictureFrom } from './picture';
import {
  blendTiles,
  createBlender,
  cutCodes,
  cutTile,
  placeCodes,
  planInCodesOf,
  tilePlan,
  type TilePlan,
} from './tiles';

/** Sum of the weights of one axis, from the tiles along the plan's first row (or column). */
function weightSums(plan: TilePlan, axis: 'x' | 'y'): Float32Array {
  const sums = new Float32Array(axis === 'x' ? plan.paddedWidth : plan.paddedHeight);
  for (const tile of plan.tiles.filter(({ rect }) => (axis === 'x' ? rect.y : rect.x) === 0)) {
    const weights = axis === 'x' ? tile.columnWeights : tile.rowWeights;
    weights.forEach((w, i) => (sums[tile.rect[axis] + i]! += w));
  }
  return sums;
}

function checkPlan(plan: TilePlan) {
  for (const axis of ['x', 'y'] as const) {
    expect(weightSums(plan, axis).every((sum) => Math.abs(sum - 1) < 1e-6)).toBe(true);
  }
  const owners = new Uint8Array(plan.codeWidth * plan.codeHeight);
  const inside = plan.tiles.every(({ rect, codes, owned }) => {
    for (let y = owned.y; y < owned.y + owned.height; y++) {
      for (let x = owned.x; x < owned.x + owned.width; x++) owners[y * plan.codeWidth + x]! += 1;
    }
    return (
      rect.x === codes.x * plan.factor &&
      rect.y === codes.y * plan.factor &&
      rect.x + rect.width <= plan.paddedWidth &&
      rect.y + rect.height <= plan.paddedHeight &&
      owned.width * owned.height > 0 &&
      owned.x >= codes.x &&
      owned.x + owned.width <= codes.x + codes.width
    );
  });
  expect(inside).toBe(true);
  expect(owners.every((count) => count === 1)).toBe(true);
}

describe('tilePlan', () => {
  it('shares out every pixel and every code, all sizes 1 to 400', () => {
    for (let size = 1; size <= 400; size++) checkPlan(tilePlan(size, 401 - size, 128, 32, 8));
  });

  it('does so for other tiles, overlaps and factors', () => {
    const codes = fc.integer({ min: 2, max: 12 });
    const side = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(side, side, codes, fc.nat(), fc.constantFrom(2, 4, 8, 16), (width, height, tile, shared, factor) => {
        checkPlan(tilePlan(width, height, tile * factor, (shared % tile) * factor, factor));
      }),
      { numRuns: 100 },
    );
  });

  it('overlaps by at least what was asked', () => {
    const starts = tilePlan(1000, 8, 128, 32, 8).tiles.map(({ rect }) => rect.x);
    for (let i = 1; i < starts.length; i++) expect(starts[i]! - starts[i - 1]!).toBeLessThanOrEqual(96);
  });

  it('refuses tiles that do not hold whole codes', () => {
    expect(() => tilePlan(100, 100, 100, 32, 8)).toThrow(RangeError);
    expect(() => tilePlan(100, 100, 128, 128, 8)).toThrow(RangeError);
  });
});

describe('blending', () => {
  it('gives back a picture whose tiles are its own pixels', () => {
    const side = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const picture = pictureFrom(width, height);
        for (let i = 0; i < picture.data.length; i++) if (i % 4 !== 3) picture.data[i] = (i * 2654435761) >>> 24;
        const plan = tilePlan(width, height, 32, 8, 4);
        const blended = blendTiles(
          plan,
          plan.tiles.map((tile) => cutTile(picture, tile)),
        );
        expect(largestDifference(blended, picture)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('has no seam between tiles of different brightness', () => {
    const plan = tilePlan(200, 64, 64, 32, 8);
    const tiles = plan.tiles.map((_, i) =>
      pictureFrom(64, 64, new Uint8ClampedArray(64 * 64 * 4).fill(100 + 10 * (i % 2))),
    );
    const { data } = blendTiles(plan, tiles);
    for (let x = 1; x < 200; x++) expect(Math.abs(data[4 * x]! - data[4 * (x - 1)]!)).toBeLessThanOrEqual(1);
  });

  it('says when tiles are missing, too many or of another size', () => {
    const plan = tilePlan(40, 8, 32, 8, 8);
    const blender = createBlender(plan);
    expect(() => blender.finish()).toThrow('0 of 2 tiles');
    expect(() => createBlender(plan).add(pictureFrom(9, 9))).toThrow('9 x 9, not 32 x 8');
    const tile = pictureFrom(32, 8);
    expect(() => blendTiles(plan, [tile, tile, tile])).toThrow(RangeError);
  });
});

describe('codes', () => {
  it('come back from their tiles', () => {
    const plan = tilePlan(200, 120, 64, 16, 8);
    const whole = Int32Array.from({ length: plan.codeWidth * plan.codeHeight }, (_, i) => i);
    const joined = new Int32Array(whole.length).fill(-1);
    for (const tile of plan.tiles) placeCodes(plan, tile, cutCodes(plan, tile, whole), joined);
    expect(joined).toEqual(whole);
  });

  it('of a finer grid come back from the same tiles', () => {
    const coarse = tilePlan(200, 120, 64, 16, 16);
    const plan = planInCodesOf(coarse, 8);
    expect([plan.codeWidth, plan.codeHeight]).toEqual([2 * coarse.codeWidth, 2 * coarse.codeHeight]);
    const whole = Int32Array.from({ length: plan.codeWidth * plan.codeHeight }, (_, i) => i);
    const joined = new Int32Array(whole.length).fill(-1);
    for (const tile of plan.tiles) placeCodes(plan, tile, cutCodes(plan, tile, whole), joined);
    expect(joined).toEqual(whole);
    plan.tiles.forEach(({ rect, owned }, i) => {
      expect(rect).toEqual(coarse.tiles[i]!.rect);
      expect(owned.x).toBe(2 * coarse.tiles[i]!.owned.x);
    });
    expect(planInCodesOf(coarse, 16)).toBe(coarse);
    expect(() => planInCodesOf(coarse, 12)).toThrow(/12 pixels do not fit into 16/);
  });
});
