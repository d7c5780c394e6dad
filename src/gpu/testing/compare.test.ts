import { describe, expect, it } from 'vitest';
import { expectClose, largestDifference } from './compare';

describe('expectClose', () => {
  it('passes within atol + rtol |expected|', () => {
    expectClose([1.05, -100.9], [1, -100], { atol: 0.06, rtol: 0.01 });
    expectClose([Infinity, -Infinity, 0], [Infinity, -Infinity, -0], {});
    expectClose([], [], {});
  });

  it('names the worst index and both values', () => {
    expect(() => expectClose([0, 5, 1.2], [0, 4, 1], { atol: 0.1 }, 'out')).toThrow(
      /^out: worst at index 1: 5, expected 4/,
    );
    // Judged by the excess over the tolerance, not by the plain difference.
    expect(() => expectClose([1100, 1], [1000, 0], { rtol: 0.09 })).toThrow(/index 0/);
    expect(() => expectClose([1080, 1], [1000, 0], { rtol: 0.09 })).toThrow(/index 1/);
  });

  it('fails on NaN, on either side and on both', () => {
    expect(() => expectClose([NaN], [1], { atol: 1e9 })).toThrow(/index 0/);
    expect(() => expectClose([1], [NaN], { atol: 1e9 })).toThrow(/index 0/);
    expect(() => expectClose([NaN], [NaN], { atol: 1e9 })).toThrow(/index 0/);
  });

  it('wants the same infinities', () => {
    expect(() => expectClose([Infinity], [1e30], { rtol: 1e30 })).toThrow();
    expect(() => expectClose([-Infinity], [Infinity], { atol: 1e9 })).toThrow();
    expect(() => expectClose([1], [Infinity], { rtol: 1 })).toThrow();
  });

  it('wants the same length', () => {
    expect(() => expectClose([1], [1, 2], { atol: 9 })).toThrow(/length 1, expected 2/);
    expect(() => expectClose(undefined, [1], {})).toThrow(/not there/);
  });
});

describe('largestDifference', () => {
  it('gives the largest absolute difference whatever the tolerance', () => {
    expect(largestDifference([1100, 1], [1000, 0], { rtol: 0.2 })).toMatchObject({ index: 1, maxAbs: 100 });
  });
});
