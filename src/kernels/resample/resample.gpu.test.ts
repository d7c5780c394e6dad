import { expect, it } from 'vitest';
import { testDevice } from '../../gpu/testing/device';
import { randomNumbers } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan } from './index';
import { resampleReference, type Axis } from './reference';

/** Rows of a few signed weights that sum to one, like a sharpening filter's. */
function axis(inSize: number, outSize: number, taps: number, next: () => number): Axis {
  const rows = Array.from({ length: outSize }, () => {
    const row = Array.from({ length: taps }, () => next() + 0.5);
    const rest = (1 - row.reduce((a, b) => a + b, 0)) / taps;
    return row.map((weight) => weight + rest);
  });
  const starts = Array.from({ length: outSize }, (_, i) => Math.floor((i * (inSize - taps)) / outSize));
  return { taps, weights: rows.flat(), starts };
}

it('resamples within one step of the reference, on rounding borders only', async () => {
  const context = await testDevice();
  const next = randomNumbers(1);
  for (const [inWidth, inHeight, outWidth, outHeight, tapsX, tapsY] of [
    [1, 1, 1, 1, 1, 1],
    [7, 5, 9, 7, 3, 2],
    [65, 63, 8, 8, 12, 9],
    [64, 64, 31, 37, 7, 7],
    [5, 3, 64, 65, 5, 3],
  ] as const) {
    const rgba = Uint8Array.from({ length: 4 * inWidth * inHeight }, () => 127.5 * (next() + 1));
    const x = axis(inWidth, outWidth, tapsX, next);
    const y = axis(inHeight, outHeight, tapsY, next);
    const { out } = await runPlan(context, plan({ inHeight, inWidth, outHeight, outWidth }, context.target), {
      pixels: { dtype: 'u32', data: new Uint32Array(rgba.buffer) },
      weightsX: { dtype: 'f32', data: x.weights },
      startsX: { dtype: 'i32', data: x.starts },
      weightsY: { dtype: 'f32', data: y.weights },
      startsY: { dtype: 'i32', data: y.starts },
      out: { dtype: 'u32', length: outWidth * outHeight },
    });
    const bytes = new Uint8Array(Uint32Array.from(out ?? []).buffer);
    const expected = resampleReference(rgba, inWidth, x, y);
    const differences = Array.from(expected, (value, i) => Math.abs(value - (bytes[i] ?? NaN)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
    expect(differences.filter((d) => d > 0).length).toBeLessThanOrEqual(0.005 * differences.length);
  }
});
