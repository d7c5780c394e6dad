import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type EmbedWindowOptions } from './index';
import { embedWindowReference } from './reference';

const base: EmbedWindowOptions = {
  ...{ samples: 1, width: 4, contextLength: 1, contextRows: 2, first: 1, tokens: 1, moves: true },
  grids: [
    { count: 2, rows: 3 },
    { count: 1, rows: 2 },
  ],
};
/** Row r of a table is r + base, four times. */
const rows = (count: number, base: number) => Array.from({ length: 4 * count }, (_, i) => base + (i >> 2));
const tensors = {
  ...{ context: [1], codes: [2, 0, 1], contextTable: rows(2, 10), tables: [rows(3, 20), rows(2, 30)] },
  positions: rows(4, 0).map((value) => 100 * value),
};

it('reference on hand values: the condition, the start token, the code before', () => {
  const at = (position: number, change: Partial<EmbedWindowOptions> = {}) =>
    embedWindowReference({ ...base, ...change }, tensors, position)[0];
  expect(at(7, { first: 0, moves: false })).toBe(11);
  expect([0, 1, 2, 3].map((position) => at(position))).toEqual([122, 222, 320, NaN]);
});

it('checks sizes', () => {
  expect(() => plan({ ...base, grids: [] }, smallTarget)).toThrow(/one or two grids are needed, found 0/);
  expect(() => plan({ ...base, width: 6 }, smallTarget)).toThrow(/multiple of 4, found 6/);
  expect(() => plan({ ...base, tokens: 4 }, smallTarget)).toThrow(/tokens 1 to 5 of 4/);
});
