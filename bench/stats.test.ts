import { describe, expect, it } from 'vitest';
import { median, race, summarize } from './stats';

describe('stats', () => {
  it('takes the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('gives an interval around the median that narrows to a point for equal ratios', () => {
    expect(summarize([3, 3, 3])).toEqual({ median: 3, low: 3, high: 3, rounds: 3 });
    const { low, median: middle, high } = summarize([2, 3, 4, 5, 6]);
    expect(low).toBeLessThan(middle);
    expect(high).toBeGreaterThan(middle);
  });

  it('runs us, peer, peer, us', async () => {
    const order: string[] = [];
    const contestant = (name: string) => ({ name, run: () => Promise.resolve(order.push(name)) });
    const { ratios } = await race(contestant('us'), [contestant('peer')], 2);
    expect(order).toEqual(['us', 'peer', 'peer', 'us', 'us', 'peer', 'peer', 'us']);
    expect(ratios['peer']?.rounds).toBe(2);
  });
});
