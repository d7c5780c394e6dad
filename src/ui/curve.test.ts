import { expect, test } from 'vitest';
import { movePoint, nearestPoint } from './curve';

test('a moved point takes its neighbours along, so that the curve never falls', () => {
  const line = [0, 0.25, 0.5, 0.75, 1];
  expect(movePoint(line, 1, 0.6)).toEqual([0, 0.6, 0.6, 0.75, 1]);
  expect(movePoint(line, 3, 0.1)).toEqual([0, 0.1, 0.1, 0.1, 1]);
  expect(movePoint(line, 2, 7)).toEqual([0, 0.25, 1, 1, 1]);
  expect(movePoint(line, 0, 0.5)).toEqual(line);
  expect(movePoint(line, 4, 0.5)).toEqual(line);
});

test('the point under the pointer is an inner one', () => {
  expect([0, 0.1, 0.4, 0.9, 1].map((x) => nearestPoint(x, 5))).toEqual([1, 1, 2, 3, 3]);
});
