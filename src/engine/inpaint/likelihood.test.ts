import { describe, expect, it } from 'vitest';
import type { Denoiser, Span } from '../../diffusion/run';
import { processOf } from '../../diffusion/testing';
import { bitsPerCode } from './likelihood';

const K = 4;
const grids = [{ name: 'codes', height: 4, width: 4, codebookSize: K }];
const free = Uint8Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0));

/** Gives code `i % K` at place i the probability `sure`, the others the rest. */
class Sure implements Denoiser {
  readonly length = 16;
  readonly states: { codes: Int32Array; t: number }[] = [];

  constructor(
    readonly batch: number,
    private readonly sure: number,
  ) {}

  evaluate(codes: Int32Array<ArrayBuffer>, t: number, { first, count }: Span) {
    this.states.push({ codes: codes.slice(), t });
    const conditional = Float32Array.from({ length: this.batch * count * K }, (_, at) => {
      const place = first + (Math.floor(at / K) % count);
      return Math.log(at % K === place % K ? this.sure : (1 - this.sure) / (K - 1)) + 3;
    });
    return Promise.resolve({ conditional, unconditional: null });
  }
}

const right = Int32Array.from({ length: 16 }, (_, i) => i % K);
const wrong = right.map((code, i) => (i < 8 ? (code + 1) % K : code));
const two = Int32Array.from([...right, ...wrong]);

describe('bitsPerCode', () => {
  it.each(['absorbing', 'mask-replace', 'uniform', 'autoregressive'] as const)(
    '%s: minus log2 of what the network says of the codes in the hole',
    async (kind) => {
      const process = kind === 'autoregressive' ? { kind } : processOf(kind, 20);
      const denoiser = new Sure(2, 0.7);
      const [likely, unlikely] = await bitsPerCode(denoiser, { process, grids }, two, free);
      expect(likely).toBeCloseTo(-Math.log2(0.7), 5);
      expect(unlikely).toBeCloseTo(-Math.log2(0.1), 5);
    },
  );

  it('an absorbing prior is shown more and more [MASK] in the hole, the same for all answers, and clean codes around it', async () => {
    const denoiser = new Sure(2, 0.7);
    await bitsPerCode(denoiser, { process: processOf('absorbing', 20), grids }, two, free);
    const masked = denoiser.states.map(({ codes }) => [...codes.keys()].filter((i) => codes[i] === K));
    expect(masked.map(({ length }) => length)).toEqual([...masked].map(({ length }) => length).sort((a, b) => a - b));
    for (const places of masked) {
      const [first, second] = [places.filter((i) => i < 16), places.filter((i) => i >= 16).map((i) => i - 16)];
      expect(first).toEqual(second);
      expect(first.every((i) => free[i])).toBe(true);
    }
    for (const { codes, t } of denoiser.states) {
      const share = codes.slice(0, 16).filter((code) => code === K).length / 16;
      expect(t).toBe(Math.max(1, Math.ceil(share * 20 - 1e-9)));
    }
  });

  it('has no answer for a gaussian prior', async () => {
    const process = { kind: 'gaussian', numTimesteps: 10, cosineOffset: 0.008 } as const;
    await expect(bitsPerCode(new Sure(2, 0.7), { process, grids }, two, free)).rejects.toThrow(/latents/);
  });
});
