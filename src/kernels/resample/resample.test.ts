import { expect, it } from 'vitest';
import { resampleReference } from './reference';

it('mixes pixels along both axes, and white where weights are missing', () => {
  const pixels = [0, 0, 100, 255, 200, 0, 50, 0];
  const mean = { taps: 2, weights: [0.5, 0.5], starts: [0] };
  const copy = { taps: 1, weights: [1], starts: [0] };
  expect([...resampleReference(pixels, 2, mean, copy)]).toEqual([100, 0, 75, 255]);
  expect([...resampleReference(pixels, 1, copy, mean)]).toEqual([100, 0, 75, 255]);
  const half = { taps: 1, weights: [0.5], starts: [0] };
  expect([...resampleReference([55, 255, 0, 0], 1, half, copy)]).toEqual([155, 255, 128, 255]);
});
