import { describe, expect, it } from 'vitest';
import { batchSizes, perplexityByBatch, perplexityOfDraws } from './batches';
import { countCodes, perplexity } from './counts';
import { createStream } from './stream';

const { below } = createStream(4, 0);
const pictures = Array.from({ length: 20 }, (_, i) => Int32Array.from({ length: 30 }, () => (below(8) + i * 3) % 64));
const options = { seed: 1, repeats: 12 };

describe('perplexity against batch size', () => {
  it('sizes double up to all', () => {
    expect(batchSizes(20)).toEqual([1, 2, 4, 8, 16, 20]);
    expect(batchSizes(1)).toEqual([1]);
    expect(batchSizes(0)).toEqual([]);
  });

  it('of all pictures is that of the set, without spread; of one picture a mean over pictures', () => {
    const points = perplexityByBatch(pictures, 64, [1, 20], options);
    const whole = perplexity(countCodes(pictures.map((indices) => ({ indices })), 64)); // prettier-ignore
    expect(points[1]).toEqual({ pictures: 20, mean: whole, deviation: 0, low: whole, high: whole });
    const each = pictures.map((indices) => perplexity(countCodes([{ indices }], 64)));
    expect(points[0]!.low).toBeGreaterThanOrEqual(Math.min(...each));
    expect(points[0]!.high).toBeLessThanOrEqual(Math.max(...each));
    expect(points[0]!.mean).toBeLessThan(points[1]!.mean / 2);
  });

  it('draws every batch of two without taking a picture twice', () => {
    // Each picture has one code of its own: a batch of two different ones has perplexity 2.
    const own = Array.from({ length: 9 }, (_, i) => Int32Array.of(i, i));
    for (const { pictures: size, low, high } of perplexityByBatch(own, 9, [1, 2, 5, 9], options)) {
      expect(low).toBeCloseTo(size, 12);
      expect(high).toBeCloseTo(size, 12);
    }
  });

  it('the mean comes near the mean over all pairs', () => {
    const few = pictures.slice(0, 5);
    const all = few.flatMap((a, i) =>
      few.slice(i + 1).map((b) => perplexity(countCodes([{ indices: a }, { indices: b }], 64))),
    );
    const wanted = all.reduce((sum, value) => sum + value, 0) / all.length;
    const [point] = perplexityByBatch(few, 64, [2], { seed: 2, repeats: 4000 });
    // Five standard errors.
    expect(Math.abs(point!.mean - wanted)).toBeLessThan((5 * point!.deviation) / Math.sqrt(4000));
  });

  it('is the same for the same seed', () => {
    const run = (seed: number) => perplexityByBatch(pictures, 64, [3, 7], { seed, repeats: 5 });
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('independent draws follow the histogram and never draw a dead code', () => {
    const counts = [0, 30, 10, 0];
    const [one, many] = perplexityOfDraws(counts, 16, [1, 4096], options);
    expect(one!.high).toBeLessThanOrEqual(2);
    expect(Math.abs(many!.mean - perplexity(counts))).toBeLessThan(0.02);
    expect(many!.deviation).toBeLessThan(one!.deviation);
  });
});
