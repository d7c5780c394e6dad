import { describe, expect, it } from 'vitest';
import { ShapeError } from '../kernel';
import { smallTarget } from '../testing';
import { outSize, packConvWeight, plan, type Conv2dOptions } from './index';
import { conv2dReference } from './reference';

const base: Conv2dOptions = {
  batch: 1,
  inHeight: 3,
  inWidth: 3,
  inChannels: 1,
  outChannels: 1,
  kernelSize: 3,
  stride: 1,
  pad: { top: 1, left: 1, bottom: 1, right: 1 },
  upsample: 1,
  activation: 'none',
  residual: 'none',
  residualChannels: 0,
  elem: 'f32',
  outElem: 'f32',
};
/** One channel as a padded map. */
const map = (values: number[]): number[] => values.flatMap((value) => [value, 0, 0, 0]);
const first = (padded: ArrayLike<number>): number[] => Array.from(padded).filter((_, i) => i % 4 === 0);

describe('conv2dReference', () => {
  const x = map([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const weight = [0, 0, 0, 0, 1, 2, 0, 10, 0];

  it('is a correlation: kernel rows go down, zeros outside', () => {
    const out = conv2dReference(base, { x, weight, bias: [100] });
    expect(first(out)).toEqual([145, 158, 163, 184, 197, 196, 123, 126, 109]);
  });

  it('pads only right and bottom before stride 2', () => {
    const options = {
      ...base,
      inHeight: 2,
      inWidth: 2,
      stride: 2,
      pad: { top: 0, left: 0, bottom: 1, right: 1 },
    } as const;
    expect(outSize(options)).toEqual({ height: 1, width: 1 });
    const out = conv2dReference(options, { x: map([1, 2, 3, 4]), weight: [1, 2, 9, 3, 4, 9, 9, 9, 9], bias: [0] });
    expect(first(out)).toEqual([1 + 4 + 9 + 16]);
  });

  it('enlarges by repeating pixels', () => {
    const options = { ...base, inHeight: 1, inWidth: 2, upsample: 2 } as const;
    const out = conv2dReference(options, { x: map([1, 2]), weight: [0, 0, 0, 1, 0, 0, 0, 0, 0], bias: [0] });
    expect(first(out)).toEqual([0, 1, 1, 2, 0, 1, 1, 2]);
  });

  it('adds the residual after the activation', () => {
    const options = {
      ...base,
      inHeight: 1,
      inWidth: 1,
      kernelSize: 1,
      activation: 'silu',
      residual: 'project',
      residualChannels: 2,
    } as const;
    const none = { ...options, pad: { top: 0, left: 0, bottom: 0, right: 0 } };
    const out = conv2dReference(none, {
      x: map([-3]),
      weight: [1],
      bias: [1],
      residual: [5, 7, 0, 0],
      residualWeight: [10, 1],
    });
    expect(out[0]).toBeCloseTo(-2 / (1 + Math.exp(2)) + 57, 12);
  });
});

describe('packConvWeight', () => {
  it('orders tap, input vector, output vector, input, output, with zeros in the padding', () => {
    const oihw = Float32Array.from({ length: 2 * 5 * 9 }, (_, i) => i + 1);
    const packed = packConvWeight(oihw, { inChannels: 5, outChannels: 2, kernelSize: 3 });
    expect(packed.length).toBe(9 * 2 * 1 * 16);
    // out 1, in 4, tap 7: block (tap 7, input vector 1, output vector 0), row 0, column 1.
    expect(packed[(7 * 2 + 1) * 16 + 1]).toBe((1 * 5 + 4) * 9 + 7 + 1);
    expect(packed[(7 * 2 + 1) * 16 + 2]).toBe(0);
    expect(packed[(7 * 2 + 1) * 16 + 5]).toBe(0);
  });

  it('counts the weights', () => {
    expect(() => packConvWeight(new Float32Array(9), { inChannels: 2, outChannels: 1, kernelSize: 3 })).toThrow(
      /needed \[18\], found \[9\]/,
    );
  });
});

describe('plan', () => {
  it('refuses shapes that do not fit', () => {
    expect(() => plan({ ...base, inHeight: 0 }, smallTarget)).toThrow(ShapeError);
    expect(() => plan({ ...base, inHeight: 1, pad: { top: 0, left: 1, bottom: 0, right: 1 } }, smallTarget)).toThrow(
      /3x3/,
    );
    expect(() => plan({ ...base, inHeight: 4096, inWidth: 4096, inChannels: 4 }, smallTarget)).toThrow(/binds at most/);
  });

  it('spreads very many tiles over two dimensions', () => {
    const target = { ...smallTarget, limits: { ...smallTarget.limits, maxComputeWorkgroupsPerDimension: 7 } };
    const [, y, z] = plan({ ...base, inHeight: 100, inWidth: 100 }, target).dispatches[0]?.workgroups ?? [0, 0, 0];
    expect(y).toBeLessThanOrEqual(7);
    expect(y * z * 64).toBeGreaterThanOrEqual(2500);
  });
});
