import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { nearestCodeReference } from './reference';

describe('nearestCodeReference', () => {
  it('takes the nearest row, the lower one of two', () => {
    const codebook = [0, 0, 0, 0, 1, 0, 0, 0, 2, 2, 0, 0];
    const latents = [0.5, 0, 0, 0, 0.6, 0, 0, 0, 9, 9, 0, 0];
    const found = nearestCodeReference({ count: 3, codebookSize: 3, codeDim: 2 }, latents, codebook);
    expect([...found.indices]).toEqual([0, 1, 2]);
    expect(found.distances[0]).toBe(0.25);
    expect(found.distances[2]).toBe(98);
  });
});

describe('plan', () => {
  it('splits the codebook where there are few latents, and never into more segments than it has codes', () => {
    const segments = (count: number, codebookSize: number) =>
      plan({ count, codebookSize, codeDim: 8 }, smallTarget).dispatches[0]?.workgroups[1];
    expect(segments(256, 16384)).toBeGreaterThan(100);
    expect(segments(1 << 20, 16384)).toBe(1);
    expect(segments(1, 1)).toBe(1);
    expect(segments(1, 7)).toBe(1);
  });
});
