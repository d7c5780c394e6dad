import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { softmaxReference } from './reference';

it('reference on hand values', () => {
  const out = softmaxReference({ rows: 2, columns: 2, rowStride: 4, elem: 'f32' }, [
    0,
    Math.log(3),
    9,
    9,
    1e4,
    1e4,
    9,
    9,
  ]);
  expect(out[0]).toBeCloseTo(0.25, 12);
  expect(out[1]).toBeCloseTo(0.75, 12);
  expect([...out.subarray(2)]).toEqual([0, 0, 0.5, 0.5, 0, 0]);
});

it('wants a stride that fits', () => {
  expect(() => plan({ rows: 1, columns: 5, rowStride: 4, elem: 'f32' }, smallTarget)).toThrow(
    /stride of 8 or more, found 4/,
  );
});
