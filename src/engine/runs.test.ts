import { describe, expect, it } from 'vitest';
import { TooLargeError } from '../graph/ir';
import { decodeCodes, reconstructPicture, type Networks } from './runs';
import { testPicture } from './testing/journey';
import type { TokenizerSummary } from './types';

const model: TokenizerSummary = {
  id: 'fake',
  title: '',
  family: 'vqvae',
  sizeBytes: 0,
  licence: '',
  resolution: 64,
  factor: 4,
  codebookSizes: [256],
  codeDim: 1,
  quantizer: 'vq',
  fit: 'cover',
  parameters: 0,
  metrics: {},
  config: {
    inChannels: 3,
    encoder: { stem: 1, channels: [8], resBlocks: [1], attention: [false], midBlock: false, midAttention: false },
    decoder: { stem: 1, channels: [8], resBlocks: [1], attention: [false], midBlock: false, midAttention: false },
    downsample: 'conv3',
    upsample: 'nearest',
    latentChannels: 8,
    codeDim: 1,
    quantConv: true,
    postQuantConv: true,
    normGroups: 4,
    normEps: 1e-6,
    quantizer: { kind: 'vq', codebookSize: 256, distance: 'l2' },
  },
  weights: { file: 'model.safetensors', sizeBytes: 1, sha256: '' },
  preprocess: { size: 64, fit: 'cover', range: [-1, 1], background: '#ffffff' },
  training: { metrics: {} },
  credits: 'CREDITS.md',
};

/** A tokenizer whose code is the red value in the middle of its patch; it refuses sides above `limit`. */
function fakeNetworks(limit: number): Networks & { sizes: [number, number][] } {
  const sizes: [number, number][] = [];
  return {
    model,
    sizes,
    at(width, height) {
      sizes.push([width, height]);
      if (Math.max(width, height) > limit) return Promise.reject(new TooLargeError('too large'));
      const [w, h] = [width / 4, height / 4];
      const encode = (pixels: Uint8ClampedArray | Uint8Array) => {
        const indices = Int32Array.from(
          { length: w * h },
          (_, i) => pixels[((Math.floor(i / w) * 4 + 2) * width + (i % w) * 4 + 2) * 4]!,
        );
        return { indices: [indices], latents: Float32Array.from(indices) };
      };
      const decode = ([codes]: readonly Int32Array[]) => {
        const data = new Uint8ClampedArray(width * height * 4).fill(255);
        for (let i = 0; i < width * height; i++)
          data[i * 4] = codes![Math.floor(Math.floor(i / width) / 4) * w + Math.floor((i % width) / 4)]!;
        return data;
      };
      const timings = {
        prepareMs: 0,
        encodeMs: 1,
        quantizeMs: 1,
        decodeMs: 1,
        readMs: 0,
        totalMs: 3,
        clock: 'wall' as const,
      };
      return Promise.resolve({
        compileMs: 0,
        warm: true,
        runtime: {
          encode: (pixels) => Promise.resolve(encode(pixels)),
          decode: (indices) => Promise.resolve(decode(indices)),
          reconstruct: (pixels) => {
            const codes = encode(pixels);
            return Promise.resolve({ ...codes, pixels: decode(codes.indices), timings });
          },
        },
      });
    },
  };
}

const control = { signal: new AbortController().signal };

describe('runs', () => {
  it('halves the tiles until the GPU can bind them, with the same codes', async () => {
    const picture = testPicture(100, 80);
    const whole = await reconstructPicture(fakeNetworks(64), picture, { mode: 'tile' }, control);
    const small = fakeNetworks(20);
    const cut = await reconstructPicture(small, picture, { mode: 'tile' }, control);
    expect(small.sizes.map(([width]) => width)).toEqual([64, 32, 16]);
    expect(cut.encoded.codes).toEqual(whole.encoded.codes);
    expect(cut.encoded.latents).toEqual(whole.encoded.latents);
    expect(cut.image.data).toEqual(whole.image.data);
    expect(cut.timings.quantizeMs).toBeNull();
  });

  it('gives up where even the smallest tile does not fit', async () => {
    await expect(reconstructPicture(fakeNetworks(8), testPicture(64, 64), {}, control)).rejects.toThrow(TooLargeError);
  });

  it('decodes a grid larger than the model in tiles', async () => {
    const networks = fakeNetworks(64);
    const indices = Int32Array.from({ length: 40 * 30 }, () => 77);
    const image = await decodeCodes(
      networks,
      [{ name: 'codes', width: 40, height: 30, codebookSize: 256, indices }],
      control,
    );
    expect([image.width, image.height]).toEqual([160, 120]);
    expect(image.data[(60 * 160 + 80) * 4]).toBe(77);
    expect(networks.sizes).toEqual([[64, 64]]);
  });
});
