import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { elementwiseReference } from './reference';

describe('elementwise', () => {
  it('reference on hand values', () => {
    expect([...elementwiseReference('add', [1, 2], [10, -2])]).toEqual([11, 0]);
    expect([...elementwiseReference('sub', [1, 2], [10, -2])]).toEqual([-9, 4]);
    expect(elementwiseReference('silu', [Math.log(3)])[0]).toBeCloseTo(0.75 * Math.log(3), 14);
    expect([...elementwiseReference('cast', [0.1])]).toEqual([0.1]);
  });

  it('wants whole vec4s', () => {
    expect(() => plan({ count: 6, op: 'add', elem: 'f32', outElem: 'f32' }, smallTarget)).toThrow(/multiple of 4.* 6/);
  });
});
