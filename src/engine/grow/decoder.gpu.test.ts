/** Gradients of a decoder's weights on WebGPU are those of plain JavaScript. */
import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { fixtureModel } from '../../models/testing';
import { buildDecoder } from '../../models/vqvae/graph';
import { openTfjs, openTfjsOnDevice } from '../../tfjs/device';
import { openGrowDecoder } from '../../tfjs/grow/open';
import { wave } from '../../tfjs/latentFit/testing';
import { tensorCount } from '../../tfjs/lower';
import type { TfjsBackend } from '../../tfjs/types';

const SIDE = 32;

it.each([
  ['tiny-vq', 4],
  ['tiny-cosine', 8],
] as const)('%s', async (id, codeDim) => {
  const { model } = fixtureModel(id);
  const graph = buildDecoder(model.manifest.config, SIDE, SIDE, { pictures: 'floats' });
  const examples = [{ vectors: wave(64 * codeDim, 0.0731), picture: wave(3 * SIDE * SIDE, 0.0137) }];
  const on = async (tfjs: TfjsBackend) => {
    const decoder = await openGrowDecoder(tfjs, graph);
    const before = tensorCount();
    const found = await decoder.gradients(model.weights, examples);
    const nearest = await decoder.nearest(wave(300 * codeDim, 0.3719283), wave(64 * codeDim, 0.5371931), codeDim);
    expect(tensorCount()).toBe(before);
    return { ...found, nearest };
  };
  const expected = await on(await openTfjs('cpu'));
  const found = await on(await openTfjsOnDevice(await testDevice()));
  expect(found.nearest).toEqual(expected.nearest);
  expect(found.loss / expected.loss).toBeCloseTo(1, 4);
  for (const [name, gradient] of expected.gradients) {
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Before a group norm a bias of every channel alike has no effect: what is left of its gradient is rounding.
    const scale = Math.max(largest, 1e-5);
    expectClose(found.gradients.get(name), gradient, { atol: 1e-3 * scale, rtol: 5e-3 }, name);
  }
});
