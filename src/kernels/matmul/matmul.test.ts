import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type MatmulOptions } from './index';
import { matmulReference } from './reference';

const rows4 = { rowStride: 4, batchStride: 0, offset: 0 };
const base: MatmulOptions = {
  ...{ batch: 1, m: 2, n: 2, k: 3, transposeB: false, scale: 1, elem: 'f32', outElem: 'f32' },
  ...{ a: rows4, b: rows4, out: rows4 },
};

describe('matmul', () => {
  it('reference on hand values', () => {
    const a = [1, 2, 3, 0, 4, 5, 6, 0];
    const b = [1, 10, 0, 0, 2, 20, 0, 0, 3, 30, 0, 0];
    expect([...matmulReference(base, a, b, 8)]).toEqual([14, 140, 0, 0, 32, 320, 0, 0]);
    const transposed = { ...base, transposeB: true, scale: 0.5 };
    expect([...matmulReference(transposed, a, [1, 2, 3, 0, 10, 20, 30, 0], 8)]).toEqual([7, 70, 0, 0, 16, 160, 0, 0]);
  });

  it('checks the strides', () => {
    expect(() => plan({ ...base, k: 5 }, smallTarget)).toThrow(/a: rows of 5 need a stride of 8, found 4/);
    expect(() => plan({ ...base, b: { ...rows4, offset: 2 } }, smallTarget)).toThrow(/b: .*multiples of 4.*2/);
    expect(() => plan({ ...base, batch: 70000 }, smallTarget)).toThrow(/more than 65535 workgroups/);
  });
});
