/** The decoder that learns: gradients by its weights against finite differences of its own loss; its pictures against those of the fit. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { WeightSource } from '../../graph/weights';
import { fixtureModel } from '../../models/testing';
import { buildDecoder } from '../../models/vqvae/graph';
import { openTfjs } from '../../tfjs/device';
import { openGrowDecoder } from '../../tfjs/grow/open';
import { openLatentFitter } from '../../tfjs/latentFit/open';
import { dot, observationOf, slopeAlong, wave } from '../../tfjs/latentFit/testing';
import { tensorCount } from '../../tfjs/lower';
import type { TfjsBackend } from '../../tfjs/types';

const SIDE = 32;

const graphOf = (id: string) =>
  buildDecoder(fixtureModel(id).model.manifest.config, SIDE, SIDE, { pictures: 'floats' });
const example = (codeDim: number, step: number) => ({
  vectors: wave(64 * codeDim, step),
  picture: wave(3 * SIDE * SIDE, 0.0137 + step),
});

describe('in plain JavaScript', () => {
  let tfjs: TfjsBackend;
  beforeAll(async () => {
    tfjs = await openTfjs('cpu');
  });

  // Nearest enlargement and attention; pixel shuffle, and convolutions without a bias of their own.
  it.each([
    [
      'tiny-vq',
      4,
      [
        'post_quant_conv.weight',
        'decoder.mid_block.attentions.0.to_k.weight',
        'decoder.mid_block.resnets.0.norm1.weight',
        'decoder.conv_out.bias',
      ],
    ],
    ['tiny-cosine', 8, ['decoder.conv_in.weight', 'decoder.conv_norm_out.bias', 'decoder.conv_out.weight']],
  ] as const)(
    '%s: slopes by its weights',
    async (id, codeDim, names) => {
      const { model } = fixtureModel(id);
      const decoder = await openGrowDecoder(tfjs, graphOf(id));
      expect(decoder.hasGradient).toBe(true);
      const before = tensorCount();
      const examples = [example(codeDim, 0.0731), example(codeDim, 0.0519)];
      const { gradients, loss } = await decoder.gradients(model.weights, examples);
      expect(loss).toBeGreaterThan(0);
      expect([...gradients.keys()]).toEqual([...decoder.weightShapes.keys()]);
      for (const name of names) {
        const { shape, data } = model.weights.get(name);
        const gradient = gradients.get(name)!;
        expect(gradient).toHaveLength(data.length);
        const lossAt = async (values: Float32Array) => {
          let sum = 0;
          const weights: WeightSource = {
            get: (one) => (one === name ? { shape, data: values } : model.weights.get(one)),
          };
          await decoder.decode(
            weights,
            examples.map(({ vectors }) => vectors),
            (picture, i) => {
              picture.forEach((value, at) => (sum += (value - examples[i]!.picture[at]!) ** 2 / picture.length / 2));
            },
          );
          return sum;
        };
        const length = Math.sqrt(dot(gradient, gradient));
        expect(length).toBeGreaterThan(0);
        const unit = gradient.map((value) => value / length);
        expect((await slopeAlong(lossAt, data, unit, 0.03)) / length).toBeCloseTo(1, 2);
      }
      expect(tensorCount()).toBe(before);
    },
    120_000,
  );
});

describe('on WASM', () => {
  it('it decodes as the fit does, finds the nearest codes, and says that it has no gradient', async () => {
    const tfjs = await openTfjs('wasm');
    const { model } = fixtureModel('tiny-vq');
    const decoder = await openGrowDecoder(tfjs, graphOf('tiny-vq'));
    const before = tensorCount();
    expect(decoder.hasGradient).toBe(false);
    const fitter = await openLatentFitter(tfjs, graphOf('tiny-vq'), model.weights, observationOf(SIDE));
    const { vectors } = example(4, 0.0731);
    const expected = await fitter.decode(vectors);
    fitter.dispose();
    let found = new Float32Array();
    await decoder.decode(model.weights, [vectors], (picture) => void (found = Float32Array.from(picture)));
    expect(found).toEqual(expected);
    const rows = Float32Array.of(0, 0, 1, 1, 0, 0, 3, 3);
    expect([...(await decoder.nearest(Float32Array.of(0.1, 0, 2.9, 3, 0.9, 1.1), rows, 2))]).toEqual([0, 3, 1]);
    expect(tensorCount()).toBe(before);
  });
});
