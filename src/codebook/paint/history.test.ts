import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillPlaces, strokePlaces } from './brush';
import { changeOf, replaceCode, shuffleCodes, withCode } from './change';
import { PaintHistory } from './history';
import { copyRegion, pasteRegion, placesIn } from './region';
import type { PaintGrid } from './types';

const gridOf = (width: number, codes: readonly number[], codebookSize = 8): PaintGrid => ({
  ...{ name: 'codes', width, height: codes.length / width, codebookSize },
  indices: Int32Array.from(codes),
});

describe('history', () => {
  const start = () =>
    new PaintHistory({
      grids: [
        gridOf(
          4,
          Array.from({ length: 16 }, (_, i) => i % 8),
        ),
      ],
      about: 'first',
    });
  const paint = (history: PaintHistory<string>, place: number, code: number, gesture?: string) => {
    const change = changeOf(history.grids, 0, [[place, code]]);
    return change !== null && history.edit([change], { label: 'Paint', ...(gesture ? { gesture } : {}) });
  };

  test('strokes of one gesture are one step, until it ends', () => {
    const history = start();
    paint(history, 0, 5, 'stroke');
    paint(history, 1, 5, 'stroke');
    history.endGesture();
    paint(history, 2, 5, 'stroke');
    history.undo();
    expect([...history.grids[0]!.indices.slice(0, 3)]).toEqual([5, 5, 2]);
    history.undo();
    expect([...history.grids[0]!.indices.slice(0, 3)]).toEqual([0, 1, 2]);
    expect([history.canUndo, history.canRedo]).toEqual([false, true]);
  });

  test('a gesture that comes back to its beginning leaves no step', () => {
    const history = start();
    paint(history, 0, 5, 'drag');
    paint(history, 0, 0, 'drag');
    expect(history.canUndo).toBe(false);
  });

  test('a new edit drops what could be redone', () => {
    const history = start();
    paint(history, 0, 5);
    history.undo();
    paint(history, 1, 5);
    expect(history.canRedo).toBe(false);
    expect(history.redo()).toBe(false);
  });

  test('pictures are exchanged and come back as they were painted', () => {
    const history = start();
    paint(history, 0, 5);
    const painted = history.grids;
    history.swap({ grids: [gridOf(1, [3])], about: 'second' }, 'Open');
    paint(history, 0, 4);
    history.undo();
    history.undo();
    expect([history.about, history.grids]).toEqual(['first', painted]);
    history.redo();
    history.redo();
    expect([history.about, [...history.grids[0]!.indices]]).toEqual(['second', [4]]);
  });

  test('forgets the oldest steps and pictures beyond its limits', () => {
    const history = new PaintHistory({ grids: [gridOf(1, [0])], about: 0 }, { steps: 3, swaps: 2 });
    for (let i = 1; i <= 5; i++) history.edit([changeOf(history.grids, 0, [[0, i]])!], { label: 'Paint' });
    let undone = 0;
    while (history.undo()) undone++;
    expect([undone, history.grids[0]!.indices[0]]).toEqual([3, 2]);
    for (let i = 1; i <= 3; i++) history.swap({ grids: [gridOf(1, [i])], about: i }, 'Open');
    undone = 0;
    while (history.undo()) undone++;
    expect([undone, history.about]).toEqual([2, 1]);
  });

  /** Random edits of every kind, over three grids. */
  test('100 undo and 100 redo of random edits pass through exactly the same codes', () => {
    const operation = fc.record({
      kind: fc.constantFrom('brush', 'fill', 'replace', 'shuffle', 'paste', 'swap'),
      level: fc.nat(2),
      a: fc.nat(1000),
      b: fc.nat(1000),
      c: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 130, maxLength: 130 }), (operations) => {
        const level = (width: number, seed: number) =>
          gridOf(
            width,
            Array.from({ length: width * width }, (_, i) => (i * seed + 3) % 8),
          );
        const history = new PaintHistory({ grids: [level(4, 3), level(8, 5), level(8, 1)], about: 0 }, { swaps: 200 });
        const states = [history.grids.map(({ indices }) => [...indices])];
        for (const { kind, level: at, a, b, c } of operations) {
          const grid = history.grids[at]!;
          const cell = { x: a % grid.width, y: b % grid.height };
          const rect = { ...cell, width: 1 + (c % 5), height: 1 + (a % 5) };
          const change = (codes: Iterable<readonly [number, number]>) => {
            const one = changeOf(history.grids, at, codes);
            return one ? [one] : [];
          };
          const seed = (i: number) => ((a * 31 + i * 17 + b) % 97) / 97;
          const edited =
            kind === 'brush'
              ? history.edit(change(withCode(strokePlaces(grid, cell, { x: c % 9, y: a % 9 }, 1 + (b % 4)), c % 8)), {
                  label: kind,
                })
              : kind === 'fill'
                ? history.edit(
                    change(
                      withCode(
                        fillPlaces(grid, cell, (code) => code === grid.indices[0]),
                        a % 8,
                      ),
                    ),
                    {
                      label: kind,
                    },
                  )
                : kind === 'replace'
                  ? history.edit(change(replaceCode(grid, placesIn(grid, null), a % 8, b % 8)), { label: kind })
                  : kind === 'shuffle'
                    ? history.edit(change(shuffleCodes(grid, placesIn(grid, rect), seed)), { label: kind })
                    : kind === 'paste'
                      ? history.edit(
                          pasteRegion(
                            copyRegion('m', history.grids, at, rect, a % 2 ? 'all' : 'this')!,
                            'm',
                            history.grids,
                            at,
                            { x: (c % 12) - 3, y: (b % 12) - 3 },
                          ).changes,
                          { label: kind },
                        )
                      : (history.swap({ grids: [level(4, a), level(8, b), level(8, c)], about: a }, kind), true);
          if (edited) states.push(history.grids.map(({ indices }) => [...indices]));
        }
        const now = () => history.grids.map(({ indices }) => [...indices]);
        const steps = Math.min(100, states.length - 1);
        for (let i = 1; i <= steps; i++) {
          expect(history.undo()).toBe(true);
          expect(now()).toEqual(states.at(-1 - i));
        }
        for (let i = steps - 1; i >= 0; i--) {
          expect(history.redo()).toBe(true);
          expect(now()).toEqual(states.at(-1 - i));
        }
        expect(history.canRedo).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  test('holds what changed, not the grids', () => {
    const history = new PaintHistory({ grids: [gridOf(64, new Array<number>(4096).fill(0))], about: '' });
    for (let i = 0; i < 100; i++) paint(history, i, 3);
    expect(history.heldCodes).toBe(100);
  });
});
