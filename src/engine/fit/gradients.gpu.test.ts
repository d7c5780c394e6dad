/** The slope on WebGPU is that of WASM. */
import { expect, it } from 'vitest';
import { createDevice } from '../../gpu/device';
import { openTestGpu, testDevice } from '../../gpu/testing/device';
import { expectClose } from '../../gpu/testing/compare';
import { fixtureModel } from '../../models/testing';
import { buildDecoder } from '../../models/vqvae/graph';
import { openTfjs, openTfjsOnDevice } from '../../tfjs/device';
import { openLatentFitter } from '../../tfjs/latentFit/open';
import { observationOf, wave } from '../../tfjs/latentFit/testing';
import { tensorCount } from '../../tfjs/lower';
import type { TfjsBackend } from '../../tfjs/types';
import { degradation } from '../../image/degradation';

const SIDE = 32;
const box = degradation({ kind: 'upscale', factor: 2 }, SIDE)!;

it.each([
  ['tiny-vq', 4, null],
  ['tiny-vq', 4, { down: box, across: box }],
  ['tiny-cosine', 8, null],
] as const)('%s', async (id, codeDim, matrices) => {
  const { model } = fixtureModel(id);
  const graph = buildDecoder(model.manifest.config, SIDE, SIDE, { pictures: 'floats' });
  const latents = wave(64 * codeDim, 0.0731);
  const on = async (tfjs: TfjsBackend) => {
    const observation = observationOf(SIDE, matrices, matrices ? SIDE / 2 : SIDE);
    const fitter = await openLatentFitter(tfjs, graph, model.weights, observation);
    const found = { ...(await fitter.evaluate(latents)), picture: await fitter.decode(latents) };
    fitter.dispose();
    return found;
  };
  const expected = await on(await openTfjs('wasm'));
  const found = await on(await openTfjsOnDevice(await testDevice()));
  const largest = expected.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  expectClose(found.gradient, expected.gradient, { atol: 2e-4 * largest, rtol: 2e-3 }, 'gradient');
  expectClose(found.picture, expected.picture, { atol: 1e-4 }, 'picture');
  expect(found.loss / expected.loss).toBeCloseTo(1, 4);
});

it('a lost device fails the step, leaves no tensor behind, and the next device goes on', async () => {
  const { model } = fixtureModel('tiny-cosine');
  const graph = buildDecoder(model.manifest.config, SIDE, SIDE, { pictures: 'floats' });
  const latents = wave(64 * 8, 0.0731);
  const before = tensorCount();
  const open = async () => {
    const context = await createDevice(openTestGpu());
    const tfjs = await openTfjsOnDevice(context);
    return { context, fitter: await openLatentFitter(tfjs, graph, model.weights, observationOf(SIDE)) };
  };
  const first = await open();
  const { loss } = await first.fitter.evaluate(latents);
  first.context.device.destroy();
  await first.context.lost;
  await expect(first.fitter.evaluate(latents)).rejects.toThrow();
  first.fitter.dispose();
  expect(tensorCount()).toBe(before);
  const second = await open();
  expect((await second.fitter.evaluate(latents)).loss).toBeCloseTo(loss, 6);
  second.fitter.dispose();
  expect(tensorCount()).toBe(before);
  second.context.device.destroy();
});
