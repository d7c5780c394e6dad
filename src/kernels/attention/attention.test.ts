import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type AttentionOptions } from './index';
import { attentionReference } from './reference';

const base: AttentionOptions = {
  ...{ samples: 1, sequence: 2, heads: 1, headWidth: 4, scale: 1, causalFrom: null, elem: 'f32' },
};
const ln3 = Math.log(3);
/** Token 0: q 1, k 0, v (4, 8, 0, 0); token 1: q 0, k ln 3, v (0, 4, 0, 0). */
const qkv = [1, 0, 0, 0, 0, 0, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0, ln3, 0, 0, 0, 0, 4, 0, 0];

it('reference on hand values', () => {
  const expected = [1, 5, 0, 0, 2, 6, 0, 0];
  attentionReference(base, qkv).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
});

it('causal: a token sees what came before, and the condition sees itself', () => {
  expect([...attentionReference({ ...base, causalFrom: 0 }, qkv).subarray(0, 4)]).toEqual([4, 8, 0, 0]);
  expect(attentionReference({ ...base, causalFrom: 2 }, qkv)).toEqual(attentionReference(base, qkv));
});

it('says which heads it takes', () => {
  expect(() => plan({ ...base, headWidth: 6 }, smallTarget)).toThrow(/multiple of 4 and at most 64 wide, found 6/);
  expect(() => plan({ ...base, headWidth: 68 }, smallTarget)).toThrow(/found 68/);
  expect(() => plan({ ...base, causalFrom: 3 }, smallTarget)).toThrow(/0\.\.2, found 3/);
});
