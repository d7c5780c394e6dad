/** The parts of a fit that need no network. */
import { describe, expect, it } from 'vitest';
import { testPicture } from '../testing/journey';
import { Adam } from './adam';
import { FitCodebook } from './codebook';
import { degradation, degradeReference } from '../../image/degradation';
import { descend, jittered, type DescentPlan } from './descend';
import { checkedOptions } from './request';
import { meanAndSpread } from './spread';
import type { FitOptions } from './types';

/** Four codes at the corners of a square. */
const corners = new FitCodebook(Float32Array.of(-1, -1, -1, 1, 1, -1, 1, 1), 2, false);

describe('the codebook of a fit', () => {
  it('finds the nearest code, the lowest of equals', () => {
    expect([...corners.nearest(Float32Array.of(0.9, 2, -1, -3, 0, 0))]).toEqual([3, 0, 0]);
    expect(corners.scale).toBeCloseTo(2, 6);
    expect([...corners.vectorsOf(Int32Array.of(2, 1))]).toEqual([1, -1, -1, 1]);
  });

  it('compares directions where codes are compared by angle', () => {
    const book = new FitCodebook(Float32Array.of(3, 0, 0, 0.1), 2, true);
    expect([...book.rows]).toEqual([1, 0, 0, 1]);
    expect([...book.placed(Float32Array.of(0, 8))]).toEqual([0, 1]);
    expect([...book.nearest(Float32Array.of(0.1, 0.2))]).toEqual([1]);
  });
});

it('Adam moves each number by about its rate, whatever the slope', () => {
  const values = Float32Array.of(1, 1);
  const adam = new Adam(values);
  adam.step([1e-6, -40], 0.25);
  expect([...values].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([0.75, 1.25]);
});

describe('degradations', () => {
  it('leave a flat picture as it is', () => {
    const flat = new Float32Array(16 * 16 * 3).fill(0.3);
    for (const task of [{ kind: 'deblur', sigma: 2 } as const, { kind: 'upscale', factor: 4 } as const])
      for (const value of degradeReference(flat, degradation(task, 16), 16)) expect(value).toBeCloseTo(0.3, 6);
    expect(degradation({ kind: 'denoise' }, 16)).toBeNull();
  });

  it('take means over squares, and blur a point to a Gaussian', () => {
    const x = Float32Array.from({ length: 48 }, (_, i) => Math.floor(i / 3));
    const halves = degradeReference(x, degradation({ kind: 'upscale', factor: 2 }, 4), 4);
    expect([...halves].filter((_, i) => i % 3 === 0)).toEqual([2.5, 4.5, 10.5, 12.5]);
    const point = new Float32Array(32 * 32 * 3);
    point[(16 * 32 + 16) * 3] = 1;
    const blurred = degradeReference(point, degradation({ kind: 'deblur', sigma: 2 }, 32), 32);
    const at = (dy: number, dx: number) => blurred[((16 + dy) * 32 + 16 + dx) * 3] ?? NaN;
    expect(at(0, 0)).toBeCloseTo(1 / (2 * Math.PI * 4), 3);
    expect(at(3, 1) / at(0, 0)).toBeCloseTo(Math.exp(-10 / 8), 4);
    expect(at(0, 0)).toBeGreaterThan(at(0, 1));
  });

  it('refuse what makes no sense', () => {
    expect(() => degradation({ kind: 'deblur', sigma: 0 }, 32)).toThrow(/above 0 and up to 8.*found 0/);
    expect(() => degradation({ kind: 'upscale', factor: 3 as 2 }, 32)).toThrow(/2 or 4 times.*found 3/);
  });
});

it('mean and spread of pictures', () => {
  const [a, b] = [testPicture(4, 4), testPicture(4, 4)];
  b.data[5] = a.data[5]! > 100 ? a.data[5]! - 30 : a.data[5]! + 30;
  const { mean, spread } = meanAndSpread([a, b]);
  expect(mean.data[5]).toBeCloseTo((a.data[5]! + b.data[5]) / 2, 0);
  expect(spread[1]).toBeCloseTo(15 / Math.sqrt(3), 4);
  expect(spread.reduce((sum, value) => sum + value)).toBeCloseTo(spread[1]!, 6);
});

describe('a descent', () => {
  /** The picture is the latents themselves; what is known of them is `target`. */
  const plan = (target: Float32Array, more: Partial<DescentPlan> = {}): DescentPlan => ({
    ...{ steps: 60, noise: 20, pull: 5 },
    evaluate: (z) => {
      const off = z.map((value, i) => value - target[i]!);
      const loss = off.reduce((sum, value) => sum + value * value, 0) / z.length;
      return Promise.resolve({ loss, gradient: off.map((value) => (2 * value) / z.length) });
    },
    onStep: () => Promise.resolve(),
    ...more,
  });

  it('ends near the target, and its codes at the nearest ones', async () => {
    const target = Float32Array.of(0.8, 0.7, -0.6, 0.9);
    const { latents, codes, losses, score } = await descend(new Float32Array(4), corners, plan(target));
    expect([...codes]).toEqual([3, 1]);
    expect(losses[35]).toBeLessThan(0.4 * losses[0]!);
    expect([...latents].map((value) => Math.sign(value))).toEqual([1, 1, -1, 1]);
    expect(score).toBeCloseTo(127.5 * Math.sqrt((0.04 + 0.09 + 0.16 + 0.01) / 4), 3);
  });

  it('stops where a step says so, and says so where the loss is no number', async () => {
    let steps = 0;
    const onStep = () => (++steps === 3 ? Promise.reject(new Error('enough')) : Promise.resolve());
    await expect(descend(new Float32Array(4), corners, plan(new Float32Array(4), { onStep }))).rejects.toThrow(
      'enough',
    );
    const evaluate = () => Promise.resolve({ loss: NaN, gradient: new Float32Array(4) });
    await expect(descend(new Float32Array(4), corners, plan(new Float32Array(4), { evaluate }))).rejects.toThrow(
      /loss is NaN after 0 steps.*another seed/,
    );
  });

  it('begins at the same place for the same seed', () => {
    const start = new Float32Array(400);
    expect(jittered(start, corners, 7, 0.3)).toEqual(jittered(start, corners, 7, 0.3));
    const noise = jittered(start, corners, 8, 0.3);
    expect(noise).not.toEqual(jittered(start, corners, 7, 0.3));
    expect(Math.sqrt(noise.reduce((sum, value) => sum + value ** 2, 0) / 400)).toBeCloseTo(0.3, 1);
  });
});

it.each<[string, Partial<FitOptions>, RegExp]>([
  ['runs', { runs: 9 }, /runs .* 1 to 8, found 9/],
  ['steps', { steps: 1 }, /steps .* 2 to 1000, found 1/],
  ['noise', { noise: 0 }, /above 0, found 0/],
  ['jitter', { jitter: -1 }, /jitter .*found -1/],
  ['a picture of another size', { picture: testPicture(16, 16) }, /takes a picture of 32 x 32 pixels, found 16 x 16/],
  [
    'a picture that is not small',
    { task: { kind: 'upscale', factor: 4 } },
    /takes a picture of 8 x 8 pixels, found 32/,
  ],
  ['no hole to fill', { task: { kind: 'inpaint' } }, /hole is empty.*Paint/],
  ['a hole of another size', { hole: new Uint8Array(9) }, /32 x 32 pixels, found 9/],
  ['nothing known', { hole: new Uint8Array(1024).fill(1) }, /All of the picture is hole/],
])('says what is wrong: %s', (_, more, words) => {
  const right = {
    model: 'tiny-vq',
    task: { kind: 'denoise' } as const,
    picture: testPicture(32, 32),
    seed: 1,
    runs: 1,
  };
  expect(() => checkedOptions({ ...right, ...more }, 32)).toThrow(words);
  expect(checkedOptions(right, 32)).toMatchObject({ steps: 100, noise: 25, pull: 20, hole: { width: 32 } });
});
