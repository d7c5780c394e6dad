import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { depthToSpaceReference } from './reference';

describe('depthToSpace', () => {
  it("has PyTorch's channel order", () => {
    const options = { batch: 1, height: 1, width: 2, channels: 4, factor: 2, elem: 'f32' } as const;
    const out = depthToSpaceReference(options, [1, 2, 5, 6, 3, 4, 7, 8]);
    expect([...out].filter((_, i) => i % 4 === 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('refuses sizes that do not divide', () => {
    expect(() => plan({ batch: 1, height: 5, width: 4, channels: 6, factor: 2, elem: 'f32' }, smallTarget)).toThrow(
      /multiple of 4 channels, found 6/,
    );
  });
});
