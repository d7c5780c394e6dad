import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type EmbedTokensOptions } from './index';
import { embedTokensReference } from './reference';

const base: EmbedTokensOptions = {
  ...{ samples: 1, width: 4, contextLength: 1, contextRows: 2, shift: false },
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
const column = (out: Float64Array) => [...out].filter((_, i) => i % 4 === 0);

it('reference on hand values', () => {
  expect(column(embedTokensReference(base, tensors))).toEqual([11, 122, 220, 331]);
  expect(column(embedTokensReference({ ...base, shift: true }, tensors))).toEqual([11, 122, 222, 320]);
  expect(column(embedTokensReference(base, { ...tensors, codes: [3, -1, 2] }))).toEqual([11, NaN, NaN, NaN]);
});

it('checks sizes', () => {
  expect(() => plan({ ...base, grids: [] }, smallTarget)).toThrow(/one or two grids are needed, found 0/);
  expect(() => plan({ ...base, width: 6 }, smallTarget)).toThrow(/multiple of 4, found 6/);
});
