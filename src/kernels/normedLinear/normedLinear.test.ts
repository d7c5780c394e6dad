import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type NormedLinearOptions } from './index';
import { normedLinearReference } from './reference';

const base: NormedLinearOptions = {
  ...{ samples: 1, inRows: 2, first: 1, outRows: 1, width: 4, eps: 0, modulationWidth: 8 },
  ...{ shift: { modulation: 0, table: 4 }, scale: { modulation: 4, table: 0 } },
  ...{ outWidth: 2, activation: 'none', elem: 'f32', outElem: 'f32' },
};

it('reference on hand values', () => {
  // Values 1, 3, 5, 7: mean 4, variance 5.
  const out = normedLinearReference(base, {
    ...{ x: [9, 9, 9, 9, 1, 3, 5, 7], modulation: [0, 0, 0, 1, 1, 0, 0, 0], table: [0, 1, 0, 0, 10, 0, 0, 0] },
    ...{ weight: [1, 0, 0, 0, 0, 1, 1, 1], bias: [0.5, 0] },
  });
  const unit = 1 / Math.sqrt(5);
  const expected = [-6 * unit + 10.5, -2 * unit + unit + 3 * unit + 1, 0, 0];
  out.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
});

it('checks sizes', () => {
  expect(() => plan({ ...base, width: 6 }, smallTarget)).toThrow(
    /normedLinear: width must be a multiple of 4, found 6/,
  );
  expect(() => plan({ ...base, outRows: 2 }, smallTarget)).toThrow(/rows 1 to 3 of 2/);
  expect(() => plan({ ...base, outWidth: 0 }, smallTarget)).toThrow(/outWidth must be a whole number >= 1, found 0/);
  expect(() => plan({ ...base, samples: 65536 }, smallTarget)).toThrow(/more than 65535 workgroups/);
});
