import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brushCells, fillPlaces, lineCells, strokePlaces } from './brush';
import {
  applyChanges,
  changedPlaces,
  changeOf,
  changesTo,
  joinChanges,
  replaceCode,
  shuffleCodes,
  withCode,
} from './change';
import {
  clipRect,
  copyRegion,
  pasteRegion,
  placesIn,
  rectBetween,
  rectOver,
  regionFromText,
  regionToText,
  whyNoPaste,
} from './region';
import type { PaintGrid } from './types';

const gridOf = (width: number, codes: readonly number[], codebookSize = 8): PaintGrid => ({
  ...{ name: 'codes', width, height: codes.length / width, codebookSize },
  indices: Int32Array.from(codes),
});

describe('changes', () => {
  const grid = gridOf(3, [0, 1, 2, 3, 4, 5]);

  test('hold only what differs, in order, the last word on each place', () => {
    const change = changeOf([grid], 0, [
      [5, 7],
      [0, 3],
      [1, 1],
      [0, 6],
    ]);
    expect(change).toEqual({
      level: 0,
      places: Int32Array.of(0, 5),
      before: Int32Array.of(0, 5),
      after: Int32Array.of(6, 7),
    });
    expect(changeOf([grid], 0, [[2, 2]])).toBeNull();
  });

  test('refuse places and codes that are none', () => {
    expect(() => changeOf([grid], 0, [[6, 1]])).toThrow(/Place 6/);
    expect(() => changeOf([grid], 0, [[0, 8]])).toThrow(/Code 8.*0 to 7/);
    expect(() => changeOf([grid], 1, [[0, 1]])).toThrow(/no grid 1/);
  });

  test('go forwards and back, and leave the original and other grids alone', () => {
    const other = gridOf(1, [0]);
    const change = changeOf([grid, other], 0, withCode([1, 4], 7))!;
    const after = applyChanges([grid, other], [change]);
    expect([...after[0]!.indices]).toEqual([0, 7, 2, 3, 7, 5]);
    expect(after[1]).toBe(other);
    expect([...grid.indices]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(applyChanges(after, [change], 'back')[0]).toEqual(grid);
    expect(changedPlaces(grid, after[0]!)).toEqual([1, 4]);
  });

  test('two joined ones do what both did; there and back is none', () => {
    const first = changeOf([grid], 0, withCode([0, 1], 7))!;
    const middle = applyChanges([grid], [first]);
    const second = changeOf(middle, 0, [
      [1, 1],
      [2, 6],
    ])!;
    const joined = joinChanges([first], [second]);
    expect(joined[0]!.places).toEqual(Int32Array.of(0, 2));
    expect(applyChanges([grid], joined)).toEqual(applyChanges(middle, [second]));
    expect(joinChanges([first], [{ ...first, before: first.after, after: first.before }])).toEqual([]);
  });

  test('what makes other codes of them', () => {
    const levels = [grid, gridOf(2, [1, 2])];
    const changes = changesTo(levels, [Int32Array.of(0, 1, 2, 3, 4, 5), Int32Array.of(1, 7)]);
    expect(changes.map(({ level, places }) => [level, ...places])).toEqual([[1, 1]]);
    expect([...applyChanges(levels, changes)[1]!.indices]).toEqual([1, 7]);
  });

  test('replacing all of one code, within places', () => {
    const same = gridOf(2, [4, 1, 4, 4]);
    expect(replaceCode(same, [0, 1, 2], 4, 5)).toEqual([
      [0, 5],
      [2, 5],
    ]);
  });

  test('shuffling is a permutation of the chosen places, the same for the same seed, and reaches all orders', () => {
    const uniform = (seed: number) => (i: number) => Math.abs(Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453) % 1;
    const seen = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const codes = shuffleCodes(gridOf(3, [1, 2, 3, 4, 4, 4]), [0, 1, 2], uniform(seed));
      expect(codes.map(([place]) => place)).toEqual([0, 1, 2]);
      expect(codes.map(([, code]) => code).sort()).toEqual([1, 2, 3]);
      seen.add(codes.map(([, code]) => code).join(''));
    }
    expect(seen.size).toBe(6);
    expect(shuffleCodes(gridOf(2, [1, 2]), [0, 1], uniform(5))).toEqual(
      shuffleCodes(gridOf(2, [1, 2]), [0, 1], uniform(5)),
    );
  });
});

describe('brushes', () => {
  const sides = { width: 8, height: 6 };

  test('small ones fill their box, large ones are round', () => {
    expect([1, 2, 3, 4].map((size) => brushCells(size).length)).toEqual([1, 4, 9, 12]);
  });

  test('a dab is under the pointer; what lies beyond the edge is left out', () => {
    expect(strokePlaces(sides, { x: 2.9, y: 1.1 }, { x: 2.9, y: 1.1 }, 1)).toEqual([1 * 8 + 2]);
    expect(strokePlaces(sides, { x: 0.2, y: 0.2 }, { x: 0.2, y: 0.2 }, 2)).toEqual([0]);
    expect(strokePlaces(sides, { x: -3, y: 2 }, { x: -3, y: 2 }, 1)).toEqual([]);
  });

  test('lines have no gaps, both ends, and are as long as their longer side', () => {
    const cell = fc.record({ x: fc.integer({ min: -20, max: 20 }), y: fc.integer({ min: -20, max: 20 }) });
    fc.assert(
      fc.property(cell, cell, (a, b) => {
        const line = lineCells(a, b);
        expect(line[0]).toEqual(a);
        expect(line.at(-1)).toEqual(b);
        expect(line).toHaveLength(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) + 1);
        for (let i = 1; i < line.length; i++)
          expect(Math.max(Math.abs(line[i]!.x - line[i - 1]!.x), Math.abs(line[i]!.y - line[i - 1]!.y))).toBe(1);
      }),
    );
  });

  test('a stroke covers its line', () => {
    expect(strokePlaces(sides, { x: 0.5, y: 0.5 }, { x: 3.5, y: 3.5 }, 1).sort((a, b) => a - b)).toEqual([
      0, 9, 18, 27,
    ]);
  });
});

describe('fill', () => {
  test('goes over sides, not corners', () => {
    const grid = gridOf(3, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(fillPlaces(grid, { x: 0, y: 0 }, (code) => code === 1)).toEqual([0]);
    expect(fillPlaces(grid, { x: 1, y: 0 }, (code) => code === 0)).toEqual([1, 2, 5]);
    expect(fillPlaces(grid, { x: 1, y: 0 }, (code) => code === 0, { x: 0, y: 0, width: 2, height: 2 })).toEqual([1]);
    expect(fillPlaces(grid, { x: 1, y: 0 }, (code) => code === 1)).toEqual([]);
    expect(fillPlaces(grid, { x: 3, y: 0 }, () => true)).toEqual([]);
  });

  test('equals spreading until nothing changes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 49, maxLength: 49 }),
        fc.nat(48),
        (width, height, codes, at) => {
          const grid = gridOf(width, codes.slice(0, width * height));
          const start = at % (width * height);
          const filled = new Set([start]);
          for (let grew = true; grew;) {
            grew = false;
            grid.indices.forEach((code, place) => {
              if (filled.has(place) || code !== grid.indices[start]) return;
              const beside = [...filled].some(
                (one) =>
                  Math.abs((one % width) - (place % width)) +
                    Math.abs(Math.floor(one / width) - Math.floor(place / width)) ===
                  1,
              );
              if (beside) grew = filled.add(place) && true;
            });
          }
          expect(
            fillPlaces(
              grid,
              { x: start % width, y: Math.floor(start / width) },
              (code) => code === grid.indices[start],
            ),
          ).toEqual([...filled].sort((a, b) => a - b));
        },
      ),
    );
  });
});

describe('regions', () => {
  const small = [gridOf(3, [1, 2, 3, 4, 5, 6])];
  const large = [
    gridOf(
      5,
      Array.from({ length: 20 }, () => 0),
    ),
  ];
  const codesOf = (grids: readonly PaintGrid[], level = 0) => [...grids[level]!.indices];

  test('rectangles', () => {
    expect(rectBetween({ x: 4, y: 1 }, { x: 2, y: 3 })).toEqual({ x: 2, y: 1, width: 3, height: 3 });
    expect(clipRect({ x: -2, y: 2, width: 4, height: 9 }, { width: 5, height: 4 })).toEqual({
      ...{ x: 0, y: 2, width: 2, height: 2 },
    });
    expect(clipRect({ x: 5, y: 0, width: 1, height: 1 }, { width: 5, height: 4 })).toBeNull();
    expect(placesIn({ width: 3, height: 2 }, { x: 1, y: 0, width: 9, height: 2 })).toEqual([1, 2, 4, 5]);
    expect(placesIn({ width: 2, height: 1 }, null)).toEqual([0, 1]);
    expect(rectOver({ x: 1, y: 1, width: 2, height: 1 }, { width: 4, height: 4 }, { width: 2, height: 2 })).toEqual({
      ...{ x: 0, y: 0, width: 2, height: 1 },
    });
  });

  test('go from a small picture into a larger one, and are cut at its edge', () => {
    const region = copyRegion('m', small, 0, { x: 1, y: 0, width: 2, height: 2 }, 'this')!;
    const pasted = pasteRegion(region, 'm', large, 0, { x: 4, y: 3 });
    expect(pasted).toMatchObject({ clipped: 3, total: 4, rect: { x: 4, y: 3, width: 1, height: 1 } });
    expect(codesOf(applyChanges(large, pasted.changes)).slice(15)).toEqual([0, 0, 0, 0, 2]);
    const whole = pasteRegion(region, 'm', large, 0, { x: 0, y: 1 });
    expect(whole.clipped).toBe(0);
    expect(codesOf(applyChanges(large, whole.changes)).slice(5, 12)).toEqual([2, 3, 0, 0, 0, 5, 6]);
    expect(pasteRegion(region, 'm', large, 0, { x: 7, y: 7 })).toMatchObject({ changes: [], clipped: 4, rect: null });
  });

  test('go from a large picture into a smaller one', () => {
    const region = copyRegion('m', large, 0, { x: 0, y: 0, width: 5, height: 4 }, 'all')!;
    const pasted = pasteRegion(region, 'm', small, 0, { x: -1, y: -1 });
    expect(pasted).toMatchObject({ clipped: 14, rect: { x: 0, y: 0, width: 3, height: 2 } });
    expect(codesOf(applyChanges(small, pasted.changes))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('of another codebook are refused in words', () => {
    const region = copyRegion('emoji', small, 0, { x: 0, y: 0, width: 1, height: 1 }, 'this')!;
    expect(whyNoPaste(region, 'photo', large)).toMatch(/"emoji".*"photo".*one model/s);
    expect(() => pasteRegion(region, 'photo', large, 0, { x: 0, y: 0 })).toThrow(/"emoji"/);
    expect(whyNoPaste(region, 'emoji', [gridOf(1, [0], 4)])).toMatch(/grid 1 with 8 codes/);
  });

  test('residual levels travel together, each to its own', () => {
    const levels = [gridOf(2, [1, 2, 3, 4]), gridOf(2, [5, 6, 7, 0])];
    const region = copyRegion('m', levels, 1, { x: 1, y: 0, width: 1, height: 2 }, 'all')!;
    const pasted = pasteRegion(region, 'm', levels, 0, { x: 0, y: 0 });
    const after = applyChanges(levels, pasted.changes);
    expect(after.map((_, level) => codesOf(after, level))).toEqual([
      [2, 2, 4, 4],
      [6, 6, 0, 0],
    ]);
    const alone = copyRegion('m', levels, 1, { x: 0, y: 0, width: 1, height: 1 }, 'this')!;
    expect(pasteRegion(alone, 'm', levels, 0, { x: 1, y: 1 }).changes.map(({ level }) => level)).toEqual([1]);
  });

  test('of two levels are whole codes of the top', () => {
    const top = { ...gridOf(2, [0, 1, 2, 3]), name: 'top' };
    const bottom = {
      ...gridOf(
        4,
        Array.from({ length: 16 }, (_, i) => i),
        16,
      ),
      name: 'bottom',
    };
    const region = copyRegion('m', [top, bottom], 1, { x: 3, y: 1, width: 1, height: 1 }, 'all')!;
    expect(region).toMatchObject({ width: 1, height: 1 });
    expect(region.parts.map(({ codes }) => [...codes])).toEqual([[1], [2, 3, 6, 7]]);
    const pasted = pasteRegion(region, 'm', [top, bottom], 1, { x: 1, y: 3 });
    expect(pasted.rect).toEqual({ x: 0, y: 2, width: 2, height: 2 });
    const after = applyChanges([top, bottom], pasted.changes);
    expect(codesOf(after)).toEqual([0, 1, 1, 3]);
    expect(codesOf(after, 1).slice(8)).toEqual([2, 3, 10, 11, 6, 7, 14, 15]);
    const odd = copyRegion('m', [top, bottom], 1, { x: 1, y: 1, width: 1, height: 2 }, 'this')!;
    expect([...odd.parts[0]!.codes]).toEqual([5, 9]);
  });

  test('survive the clipboard; other texts are none', () => {
    const region = copyRegion('m', small, 0, { x: 0, y: 0, width: 2, height: 2 }, 'all')!;
    expect(regionFromText(regionToText(region))).toEqual(region);
    const text = regionToText(region);
    for (const bad of [
      '',
      'tessera-region',
      '{"format":"tessera-region"}',
      text.replace('[1,2,4,5]', '[1,2,4]'),
      text.replace('[1,2,4,5]', '[1,2,4,8]'),
    ])
      expect(regionFromText(bad)).toBeNull();
  });
});
