import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type GroupNormOptions } from './index';
import { groupNormReference } from './reference';

const base: GroupNormOptions = {
  batch: 1,
  height: 1,
  width: 2,
  channels: 2,
  groups: 1,
  eps: 0,
  silu: false,
  elem: 'f32',
};

describe('groupNormReference', () => {
  it('takes the biased variance over pixels and channels of a group', () => {
    // Values 1, 3, 5, 7: mean 4, variance 5.
    const out = groupNormReference(base, [1, 3, 0, 0, 5, 7, 0, 0], [1, 2], [0, 10]);
    const unit = 1 / Math.sqrt(5);
    expect([...out]).toEqual([-3 * unit, -2 * unit + 10, 0, 0, unit, 6 * unit + 10, 0, 0]);
  });

  it('keeps groups and pictures apart, and eps inside the root', () => {
    const options = { ...base, batch: 2, width: 1, groups: 2, eps: 4 };
    expect([...groupNormReference(options, [5, 7, 0, 0, 1, 2, 0, 0], [1, 1], [3, 4])]).toEqual([
      3, 4, 0, 0, 3, 4, 0, 0,
    ]);
  });
});

describe('plan', () => {
  it('is two dispatches, and wants groups that divide the channels', () => {
    expect(plan(base, smallTarget).dispatches).toHaveLength(2);
    expect(() => plan({ ...base, channels: 10, groups: 4 }, smallTarget)).toThrow(/4 groups do not divide 10 channels/);
  });
});
