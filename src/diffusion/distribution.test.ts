import { describe, expect, it } from 'vitest';
import { LEAST_LOG, PLAIN, x0Distribution, type DistributionOptions } from './distribution';
import { numbers } from './testing';

/** The definition: softmax, sort, cut, normalise again. */
function bySorting(logits: readonly number[], temperature: number, topK: number, truncation: number): number[] {
  const peak = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp((logit - peak) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  const p = weights.map((weight) => weight / total);
  const falling = [...p].sort((a, b) => b - a);
  const kept = p.map((own) => {
    const more = falling.filter((other) => other > own);
    const isAmongTop = topK === 0 || topK >= p.length || more.length < topK;
    // The most likely code stays, whatever r is.
    const isInside = truncation >= 1 || more.length === 0 || more.reduce((a, b) => a + b, 0) < truncation;
    return isAmongTop && isInside ? own : 0;
  });
  const left = kept.reduce((a, b) => a + b, 0);
  return kept.map((own) => own / left);
}

const options = (given: Partial<DistributionOptions>): DistributionOptions => ({ ...PLAIN, ...given });

describe('x0Distribution', () => {
  it('cuts as a sort does: every top-k, truncation and temperature, ties included', () => {
    const next = numbers(1);
    for (let round = 0; round < 200; round++) {
      const K = 1 + Math.floor(next() * 12);
      // Whole numbers: many ties.
      const logits = Array.from({ length: K }, () => (round % 2 ? Math.floor(next() * 4) : 6 * next()));
      const topK = Math.floor(next() * (K + 2));
      const truncation = round % 3 ? next() : 1;
      const temperature = 0.25 + 2 * next();
      const found = x0Distribution(logits, null, options({ topK, truncation, temperature }));
      const expected = bySorting(logits, temperature, topK, truncation);
      expected.forEach((p, k) => {
        if (p === 0) expect(found.logs[k]).toBe(LEAST_LOG);
        else expect(Math.exp(found.logs[k]!)).toBeCloseTo(p, 9);
      });
    }
  });

  it('tells the most likely code, its probability and the entropy in bits', () => {
    const found = x0Distribution([Math.log(0.25), Math.log(0.5), Math.log(0.25)], null, PLAIN);
    expect(found.best).toBe(1);
    expect(found.confidence).toBeCloseTo(0.5, 12);
    expect(found.entropy).toBeCloseTo(1.5, 12);
    expect(x0Distribution([3, 3, 1], null, PLAIN).best).toBe(0);
    expect(x0Distribution([0, 500], null, PLAIN).entropy).toBeCloseTo(0, 12);
  });

  it('takes logits of any size, and clamps what is next to nothing', () => {
    expect([...x0Distribution([512, -512, 512], null, PLAIN).logs].map(Math.fround)).toEqual(
      [-Math.LN2, LEAST_LOG, -Math.LN2].map(Math.fround),
    );
    expect([...x0Distribution([-LEAST_LOG], null, PLAIN).logs]).toEqual([0]);
  });

  it('guidance goes from the unconditional through the conditional, normalised', () => {
    const conditional = [1, 2, 0];
    const unconditional = [0, 2, 1];
    const found = x0Distribution(conditional, unconditional, options({ guidanceScale: 3 }));
    const expected = bySorting([3, 2, -2], 1, 0, 1);
    expected.forEach((p, k) => expect(Math.exp(found.logs[k]!)).toBeCloseTo(p, 12));
    const none = x0Distribution(conditional, unconditional, options({ guidanceScale: 0 }));
    expect([...none.logs]).toEqual([...x0Distribution(unconditional, null, PLAIN).logs]);
    expect(() => x0Distribution(conditional, null, options({ guidanceScale: 2 }))).toThrow(/unconditional/);
  });
});
