import { expect, it } from 'vitest';
import { gatherCodesReference } from './reference';

it('takes rows, and NaN where there is none', () => {
  const rows = gatherCodesReference([1, 2, -1, 0], [1, 2, 0, 0, 3, 4, 0, 0], 2, 2);
  expect(rows).toEqual([3, 4, 0, 0, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN, 1, 2, 0, 0]);
});
