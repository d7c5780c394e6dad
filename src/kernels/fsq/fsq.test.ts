import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { fsqCodesReference, fsqReference } from './reference';

describe('fsq', () => {
  it('reference: the ends, the middle, the order of the digits', () => {
    const { indices, codes } = fsqReference([-9, 9, 0, 0, 9, -9, 0, 0, 0, 0, 0, 0], [8, 5]);
    // Eight levels: q = -4..3 over 4. Five levels: q = -2..2 over 2.
    expect(Array.from(codes, (code) => code + 0)).toEqual([-1, 1, 0, 0, 0.75, -1, 0, 0, 0, 0, 0, 0]);
    expect([...indices]).toEqual([0 + 8 * 4, 7 + 8 * 0, 4 + 8 * 2]);
  });

  it('reference: every index comes back from its code values', () => {
    const levels = [8, 5, 3];
    const all = Array.from({ length: 120 }, (_, i) => i);
    const codes = fsqCodesReference(all, levels);
    // Latents whose bounded value is the code itself.
    const latents = codes.map((code, i) => {
      const level = levels[i % 4];
      if (level === undefined) return 0;
      const halfWidth = ((level - 1) * 1.001) / 2;
      const offset = level % 2 ? 0 : 0.5;
      return Math.atanh((code * Math.floor(level / 2) + offset) / halfWidth) - Math.atanh(offset / halfWidth);
    });
    expect([...fsqReference(latents, levels).indices]).toEqual(all);
    expect(fsqCodesReference([120, -1], [8, 5, 3]).every(Number.isNaN)).toBe(true);
  });

  it('refuses levels that make no codebook', () => {
    for (const levels of [[], [1, 8], [2.5], Array<number>(17).fill(2), [65536, 65536]])
      expect(() => plan({ count: 1, levels, outElem: 'f32' }, smallTarget)).toThrow(/needed 1 to 16 levels/);
  });
});
