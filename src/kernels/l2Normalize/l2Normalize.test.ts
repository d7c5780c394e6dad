import { expect, it } from 'vitest';
import { l2NormalizeReference } from './reference';

it('divides by the length, or by eps', () => {
  expect([...l2NormalizeReference([3, 4, 0, 0, 0, 0, 0, 0], 2, 1e-12)]).toEqual([0.6, 0.8, 0, 0, 0, 0, 0, 0]);
  expect(l2NormalizeReference([0.5, 0, 0, 0], 1, 2)[0]).toBe(0.25);
});
