/** A VQGAN of published size (Esser et al. 2021, f16 ImageNet), random weights: our kernels against tfjs in plain JavaScript. */
import { expect, it } from 'vitest';
import { withErrorScopes } from '../../gpu/errorScopes';
import { largestDifference } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { compileGraph } from '../../graph/compile';
import { WeightStore } from '../../graph/weights';
import { openTfjs } from '../../tfjs/device';
import { TfjsProgram, TfjsWeights } from '../../tfjs/lower';
import { randomWeights, uniforms } from '../testing';
import { vqvaeConfigSchema } from './config';
import { parameterCount } from './facts';
import { buildAutoencoder } from './graph';

const half = { stem: 1, channels: [128, 128, 256, 256, 512], attention: [false, false, false, false, true] };
const config = vqvaeConfigSchema.parse({
  encoder: { ...half, resBlocks: [2, 2, 2, 2, 2] },
  decoder: { ...half, resBlocks: [2, 2, 2, 2, 2] },
  latentChannels: 256,
  codeDim: 256,
  quantizer: { kind: 'vq', codebookSize: 16384 },
});
const SIDE = 64;

it('agrees with tfjs on the CPU to 2e-3 of the largest value, with the same codes', { timeout: 600_000 }, async () => {
  const context = await testDevice();
  const source = randomWeights(config);
  const graph = buildAutoencoder(config, SIDE, SIDE, { pictures: 'floats' });
  const next = uniforms(9);
  const input = Float32Array.from({ length: SIDE * SIDE * 3 }, next);
  const seconds: Record<string, string> = {};
  const time = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    seconds[name] = ((performance.now() - start) / 1000).toFixed(1);
    return result;
  };

  const weights = new WeightStore(context, source);
  const compiled = await time('compile', () => compileGraph(context, graph, weights, { precision: 'f32' }));
  const ours = await time('WGSL', () =>
    withErrorScopes(context.device, () => {
      compiled.write('input', input);
      compiled.run();
      return compiled.read('latents', 'indices.0', 'reconstruction');
    }),
  );
  compiled.dispose();
  weights.dispose();

  const program = new TfjsProgram(await openTfjs('cpu'), graph, new TfjsWeights(source));
  const encoded = await time('tfjs encode', () => program.run({ input }, ['latents', 'indices.0']));
  // The decoder runs on our codes: a near tie would otherwise compare two different pictures.
  const given = { 'indices.0': ours['indices.0'] };
  const decoded = await time('tfjs decode', () => program.run(given, ['reconstruction']));
  const theirs = { ...encoded.outputs, ...decoded.outputs };

  const scaled: Record<string, number> = {};
  for (const name of ['latents', 'reconstruction'] as const) {
    const largest = (theirs[name] as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    scaled[name] = largestDifference(ours[name], theirs[name] as Float32Array).maxAbs / largest;
  }
  console.info(
    `${(parameterCount(config) / 1e6).toFixed(1)} M parameters, seconds`,
    seconds,
    'difference / largest value',
    scaled,
  );
  expect(scaled.latents).toBeLessThanOrEqual(2e-3);
  expect(scaled.reconstruction).toBeLessThanOrEqual(2e-3);

  const codebook = source.get('quantize.embedding.weight').data;
  const latents = theirs.latents as Float32Array;
  const distance = (place: number, code: number) =>
    latents
      .subarray(place * config.codeDim, (place + 1) * config.codeDim)
      .reduce((sum, value, i) => sum + (value - (codebook[code * config.codeDim + i] ?? 0)) ** 2, 0);
  const [mine, peer] = [ours['indices.0'], theirs['indices.0'] as Int32Array];
  peer.forEach((code, place) => {
    const [a, b] = [distance(place, mine[place] ?? 0), distance(place, code)];
    if (mine[place] !== code) expect(Math.abs(a - b) / Math.max(a, b), `place ${place}`).toBeLessThan(1e-5);
  });
});
