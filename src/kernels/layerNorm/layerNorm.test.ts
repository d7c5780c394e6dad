import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type LayerNormOptions } from './index';
import { layerNormReference } from './reference';

const base: LayerNormOptions = {
  ...{ samples: 1, inRows: 2, first: 1, outRows: 1, width: 4, eps: 0, modulationWidth: 8, outElem: 'f32' },
  ...{ shift: { modulation: 0, table: 4 }, scale: { modulation: 4, table: 0 } },
};

it('reference on hand values', () => {
  // Values 1, 3, 5, 7: mean 4, variance 5.
  const out = layerNormReference(base, [9, 9, 9, 9, 1, 3, 5, 7], [0, 0, 0, 1, 1, 0, 0, 0], [0, 1, 0, 0, 10, 0, 0, 0]);
  const unit = 1 / Math.sqrt(5);
  expect([...out]).toEqual([-6 * unit + 10, -2 * unit, unit, 3 * unit + 1]);
});

it('checks sizes', () => {
  expect(() => plan({ ...base, width: 6 }, smallTarget)).toThrow(/width must be a multiple of 4, found 6/);
  expect(() => plan({ ...base, outRows: 2 }, smallTarget)).toThrow(/rows 1 to 3 of 2/);
  expect(() => plan({ ...base, modulationWidth: 4 }, smallTarget)).toThrow(/4 columns do not fit into 4/);
});
