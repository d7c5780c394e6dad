import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { embedLatentsReference } from './reference';

const base = { samples: 1, width: 4, contextLength: 2, contextRows: 1, codes: 1, latentDim: 2 };

it('reference on hand values', () => {
  const out = embedLatentsReference(base, {
    context: [0, 1],
    latents: [2, 3, 0, 0],
    contextTable: [1, 2, 3, 4],
    weight: [1, 0, 0, 1, 1, 1, 0, 0],
    bias: [0, 0, 0, 7],
    positions: [10, 10, 10, 10, 0, 0, 0, 0, 100, 100, 100, 100],
  });
  expect([...out]).toEqual([11, 12, 13, 14, NaN, NaN, NaN, NaN, 102, 103, 105, 107]);
});

it('checks sizes', () => {
  expect(() => plan({ ...base, width: 2 }, smallTarget)).toThrow(/multiple of 4, found 2/);
  expect(() => plan({ ...base, codes: 0 }, smallTarget)).toThrow(/codes must be a whole number/);
});
