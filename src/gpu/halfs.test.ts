import { describe, expect, it } from 'vitest';
import { fromHalf, fromHalfs, toHalf, toHalfs } from './halfs';

describe('halfs', () => {
  it('keeps every half: to float and back', () => {
    for (let half = 0; half < 65536; half++) {
      const value = fromHalf(half);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
      else expect(toHalf(value)).toBe(half);
    }
  });

  it('rounds to the nearest, ties to even', () => {
    const finite = Array.from({ length: 0x7c00 }, (_, half) => fromHalf(half));
    for (let half = 0; half + 1 < finite.length; half++) {
      const low = finite[half] ?? 0;
      const high = finite[half + 1] ?? 0;
      const middle = (low + high) / 2;
      expect(toHalf(middle)).toBe(half % 2 === 0 ? half : half + 1);
      expect(toHalf(-middle)).toBe(0x8000 | (half % 2 === 0 ? half : half + 1));
      expect(toHalf(low + (high - low) * 0.4375)).toBe(half);
      expect(toHalf(low + (high - low) * 0.5625)).toBe(half + 1);
    }
  });

  it('knows the ends of the range', () => {
    expect(
      fromHalfs(toHalfs([0, -0, Infinity, -Infinity, NaN, 65504, 65519.9, 65520, 1e30, -1e30, 1e-9, 2 ** -24])),
    ).toEqual(
      Float32Array.of(0, -0, Infinity, -Infinity, NaN, 65504, 65504, Infinity, Infinity, -Infinity, 0, 2 ** -24),
    );
  });
});
