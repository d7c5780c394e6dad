/** The decoders of the fixtures as a whole: slopes against finite differences, and what does not fit is refused. */
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtureModel } from '../../models/testing';
import { buildDecoder } from '../../models/vqvae/graph';
import { openTfjs } from '../../tfjs/device';
import { openLatentFitter, type Observation } from '../../tfjs/latentFit/open';
import { dot, observationOf, slopeAlong, wave } from '../../tfjs/latentFit/testing';
import { tensorCount } from '../../tfjs/lower';
import type { TfjsBackend } from '../../tfjs/types';
import { degradation, degradeReference } from '../../image/degradation';

const SIDE = 32;

describe.each(['wasm', 'cpu'] as const)('the slope of a fit on tfjs %s', (name) => {
  let tfjs: TfjsBackend;
  beforeAll(async () => {
    tfjs = await openTfjs(name);
  });

  const open = (id: string, observation: Observation) => {
    const { model } = fixtureModel(id);
    const graph = buildDecoder(model.manifest.config, SIDE, SIDE, { pictures: 'floats' });
    return openLatentFitter(tfjs, graph, model.weights, observation);
  };
  const blur = degradation({ kind: 'deblur', sigma: 1.5 }, SIDE)!;
  const box = degradation({ kind: 'upscale', factor: 2 }, SIDE)!;

  // Nearest enlargement and attention; pixel shuffle. Plain JavaScript is slow: one of them is enough.
  const cases = [
    ['tiny-cosine', 8, null],
    ['tiny-vq', 4, null],
    ['tiny-vq', 4, blur],
    ['tiny-vq', 4, box],
  ] as const;
  it.each(name === 'cpu' ? cases.slice(0, 1) : cases)('%s', async (id, codeDim, matrix) => {
    const before = tensorCount();
    const matrices = matrix && { down: matrix, across: matrix };
    const fitter = await open(id, observationOf(SIDE, matrices, matrix ? matrix.length / SIDE : SIDE));
    const latents = wave(64 * codeDim, 0.0731);
    const { gradient, loss } = await fitter.evaluate(latents);
    expect(loss).toBeGreaterThan(0);
    const lossAt = async (z: Float32Array) => (await fitter.evaluate(z)).loss;
    const length = Math.sqrt(dot(gradient, gradient));
    for (const step of [0.0173, 0.0519]) {
      const direction = wave(latents.length, step);
      const slope = await slopeAlong(lossAt, latents, direction, 0.02);
      const error = Math.abs(slope - dot(gradient, direction)) / (length * Math.sqrt(dot(direction, direction)));
      expect(error).toBeLessThan(1e-3);
    }
    // And along the gradient itself, where nothing cancels.
    const unit = gradient.map((value) => value / length);
    expect((await slopeAlong(lossAt, latents, unit, 0.1)) / length).toBeCloseTo(1, 3);
    fitter.dispose();
    expect(tensorCount()).toBe(before);
  });

  it('the degradation is that of its reference', async () => {
    const fitter = await open('tiny-cosine', observationOf(SIDE));
    const latents = wave(64 * 8, 0.0731);
    const picture = await fitter.decode(latents);
    fitter.dispose();
    for (const matrix of [blur, box]) {
      const seen = matrix.length / SIDE;
      const known = new Uint8Array(seen * seen).fill(1);
      const target = degradeReference(picture, matrix, SIDE);
      const matrices = { down: matrix, across: matrix };
      const same = await open('tiny-cosine', { height: seen, width: seen, target, known, matrices });
      expect((await same.evaluate(latents)).loss).toBeLessThan(1e-10);
      same.dispose();
    }
  });

  it('refuses what it cannot fit', async () => {
    const before = tensorCount();
    const whole = observationOf(SIDE);
    const nothing = new Uint8Array(SIDE * SIDE);
    await expect(open('tiny-rvq', whole)).rejects.toThrow(/one codebook.*look-up/);
    await expect(open('tiny-fsq', whole)).rejects.toThrow(/one codebook.*fsqCodes/);
    await expect(open('tiny-vq', { ...whole, known: nothing })).rejects.toThrow(/Nothing is known/);
    await expect(open('tiny-vq', observationOf(SIDE, null, 16))).rejects.toThrow(/16 x 16.*32 x 32/);
    await expect(open('tiny-vq', { ...whole, target: wave(12, 0.1) })).rejects.toThrow(/3072 values.*found 12/);
    expect(tensorCount()).toBe(before);
  });
});
