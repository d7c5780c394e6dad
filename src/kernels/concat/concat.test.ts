import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { concatReference } from './reference';

describe('concat', () => {
  it('puts channels side by side, and enlarges the second', () => {
    const options = { batch: 1, height: 2, width: 2, aChannels: 1, bChannels: 2, scale: 2, elem: 'f32' } as const;
    const a = [1, 2, 3, 4].flatMap((value) => [value, 0, 0, 0]);
    const out = [1, 2, 3, 4].flatMap((value) => [value, 8, 9, 0]);
    expect([...concatReference(options, a, [8, 9, 0, 0])]).toEqual(out);
  });

  it('refuses sizes that do not divide', () => {
    const options = { batch: 1, height: 2, width: 3, aChannels: 1, bChannels: 1, scale: 2, elem: 'f32' } as const;
    expect(() => plan(options, smallTarget)).toThrow(/scale 2 does not divide \[2, 3\]/);
  });
});
