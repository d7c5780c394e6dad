import { describe, expect, it } from 'vitest';
import type { Denoiser } from '../../diffusion/run';
import { WindowedDenoiser } from './windowedDenoiser';

const K = 3;

/** Speaks of a window by the codes in it: logits of a place depend on its own code and the window's first. */
class Toy implements Denoiser {
  readonly batch = 2;
  readonly length = 16;
  readonly asked: { t: number; first: number }[] = [];

  evaluate(codes: Int32Array<ArrayBuffer>, t: number, _span: unknown, guided: boolean) {
    this.asked.push({ t, first: codes[0]! });
    const logits = new Float32Array(this.batch * this.length * K);
    for (let row = 0; row < this.batch * this.length; row++) {
      const sample = Math.floor(row / this.length);
      for (let k = 0; k < K; k++) logits[row * K + k] = Math.sin(k + codes[row]! + 2 * codes[sample * this.length]!);
    }
    return Promise.resolve({ conditional: logits, unconditional: guided ? logits.map((x) => -x) : null });
  }
}

const shape = { height: 4, width: 8, windowHeight: 4, windowWidth: 4, codebookSize: K };
const codes = Int32Array.from({ length: 2 * 32 }, (_, i) => (i * 7) % 3);
const span = { first: 0, count: 32, codebookSize: K };
const softmax = (row: number[]) => {
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / total);
};

describe('WindowedDenoiser', () => {
  it('averages the probabilities of the windows that see a place', async () => {
    const windowed = new WindowedDenoiser(new Toy(), shape, new Uint8Array(32).fill(1));
    expect(windowed.count).toBe(3); // columns 0-3, 2-5, 4-7
    const { conditional, unconditional } = await windowed.evaluate(codes, 5, span, true);
    const sample = 1;
    for (const place of [8, 11, 12 + 8, 31]) {
      const column = place % 8;
      const windows = [0, 2, 4].filter((left) => column >= left && column < left + 4);
      for (const [sign, logits] of [
        [1, conditional],
        [-1, unconditional!],
      ] as const) {
        const each = windows.map((left) =>
          softmax(
            [0, 1, 2].map((k) => sign * Math.sin(k + codes[32 * sample + place]! + 2 * codes[32 * sample + left]!)),
          ),
        );
        for (let k = 0; k < K; k++) {
          const mean = each.reduce((sum, row) => sum + row[k]!, 0) / each.length;
          expect(Math.exp(logits[(32 * sample + place) * K + k]!)).toBeCloseTo(mean, 5);
        }
      }
    }
  });

  it('asks only windows that see a wanted place, and says so of the others', async () => {
    const asked = new Uint8Array(32);
    asked[0] = 1;
    const toy = new Toy();
    const windowed = new WindowedDenoiser(toy, shape, asked);
    const { conditional } = await windowed.evaluate(codes, 5, span, false);
    expect(toy.asked).toHaveLength(1);
    expect(windowed.isAsked(0)).toBe(true);
    expect(windowed.isAsked(1)).toBe(false);
    expect([...conditional.slice(K, 2 * K)]).toEqual([0, 0, 0]);
  });

  it('tells each window the time of its own share of [MASK]', async () => {
    const half = codes.map((code, i) => (i % 8 < 4 ? K : code));
    const toy = new Toy();
    await new WindowedDenoiser(toy, shape, new Uint8Array(32).fill(1), (share) => Math.round(share * 100)).evaluate(
      half,
      5,
      span,
      false,
    );
    expect(toy.asked.map(({ t }) => t)).toEqual([100, 50, 0]);
  });
});
