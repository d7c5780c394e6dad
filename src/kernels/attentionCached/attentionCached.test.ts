import { expect, it } from 'vitest';
import { randomArray } from '../../gpu/testing/random';
import { attentionReference } from '../attention/reference';
import { smallTarget } from '../testing';
import { plan, type AttentionCachedOptions } from './index';
import { attentionCachedReference } from './reference';

const base: AttentionCachedOptions = {
  ...{ samples: 2, tokens: 1, capacity: 5, heads: 2, headWidth: 4, scale: 0.5, first: 2, moves: true, elem: 'f32' },
};

it('reference: token by token it is causal attention, with what came first seeing itself', () => {
  const width = 8;
  const qkv = randomArray(2 * 5 * 3 * width, 1);
  const whole = attentionReference({ ...base, sequence: 5, causalFrom: 2 }, qkv);
  const rows = (from: number, to: number) =>
    [0, 1].flatMap((sample) => [...qkv.subarray((sample * 5 + from) * 3 * width, (sample * 5 + to) * 3 * width)]);
  const expected = (from: number, to: number) =>
    [0, 1].flatMap((sample) => [...whole.subarray((sample * 5 + from) * width, (sample * 5 + to) * width)]);
  const empty = new Float64Array(2 * 5 * 2 * width).fill(NaN);
  const context = { ...base, tokens: 2, first: 0, moves: false };
  let { out, cache } = attentionCachedReference(context, rows(0, 2), empty, 0);
  expect([...out]).toEqual(expected(0, 2));
  for (let position = 0; position < 3; position++) {
    ({ out, cache } = attentionCachedReference(base, rows(2 + position, 3 + position), cache, position));
    expect([...out]).toEqual(expected(2 + position, 3 + position));
  }
});

it('checks sizes', () => {
  expect(() => plan({ ...base, headWidth: 6 }, smallTarget)).toThrow(/multiple of 4 and at most 64 wide, found 6/);
  expect(() => plan({ ...base, tokens: 4 }, smallTarget)).toThrow(/tokens 2 to 6 do not fit into 5/);
  expect(() => plan({ ...base, samples: 0 }, smallTarget)).toThrow(/samples must be a whole number/);
});
