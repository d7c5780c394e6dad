import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { spaceToDepthReference } from './reference';

describe('spaceToDepth', () => {
  it("has PyTorch's channel order", () => {
    const options = { batch: 1, height: 2, width: 4, channels: 1, factor: 2, elem: 'f32' } as const;
    const x = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((value) => [value, 0, 0, 0]);
    expect([...spaceToDepthReference(options, x)]).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
  });

  it('refuses sizes that do not divide', () => {
    expect(() => plan({ batch: 1, height: 5, width: 4, channels: 1, factor: 2, elem: 'f32' }, smallTarget)).toThrow(
      /2 does not divide \[5, 4\]/,
    );
  });
});
