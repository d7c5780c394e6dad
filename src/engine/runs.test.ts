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
  grids: [{ name: 'codes', factor: 4, codebookSize: 256 }],
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
    isSlow: false,
    decoder: () => Promise.reject(new Error('not needed here')),
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

/** Two levels: the top's code is the green value in the middle of its 8 x 8 patch, the bottom's the red one of its 4 x 4. */
function twoLevelNetworks(limit: number): ReturnType<typeof fakeNetworks> {
  const inner = fakeNetworks(limit);
  const codesOf = (pixels: Uint8ClampedArray | Uint8Array, width: number, side: number, channel: number) =>
    Int32Array.from({ length: pixels.length / 4 / side ** 2 }, (_, i) => {
      const across = width / side;
      const [x, y] = [(i % across) * side + side / 2, Math.floor(i / across) * side + side / 2];
      return pixels[(y * width + x) * 4 + channel]!;
    });
  return {
    model: {
      ...model,
      quantizer: 'two-level',
      codebookSizes: [256, 256],
      grids: [
        { name: 'top', factor: 8, codebookSize: 256 },
        { name: 'bottom', factor: 4, codebookSize: 256 },
      ],
    },
    sizes: inner.sizes,
    isSlow: false,
    decoder: () => Promise.reject(new Error('not needed here')),
    async at(width, height) {
      const { runtime, ...rest } = await inner.at(width, height);
      if (width % 8 || height % 8) throw new Error(`${width} x ${height} are no whole codes of the top`);
      const encode = (pixels: Uint8ClampedArray | Uint8Array) => {
        const indices = [codesOf(pixels, width, 8, 1), codesOf(pixels, width, 4, 0)];
        return {
          indices,
          topLatents: Float32Array.from(indices[0]!),
          latents: Float32Array.from(indices[1]!),
        };
      };
      const decode = async ([top, bottom]: readonly Int32Array[]) => {
        const data = await runtime.decode([bottom!]);
        for (let i = 0; i < width * height; i++)
          data[i * 4 + 1] = top![Math.floor(i / width / 8) * (width / 8) + Math.floor((i % width) / 8)]!;
        return data;
      };
      return {
        ...rest,
        runtime: {
          encode: (pixels) => Promise.resolve(encode(pixels)),
          decode,
          reconstruct: async (pixels) => {
            const codes = encode(pixels);
            const { timings } = await runtime.reconstruct(pixels);
            return { ...codes, pixels: await decode(codes.indices), timings };
          },
        },
      };
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

  it('keeps the grids of two levels together in tiles of any size', async () => {
    const picture = testPicture(100, 80);
    const whole = await reconstructPicture(twoLevelNetworks(64), picture, { mode: 'tile' }, control);
    expect(whole.encoded.codes.map(({ name, width, height }) => [name, width, height])).toEqual([
      ['top', 13, 10],
      ['bottom', 26, 20],
    ]);
    const small = twoLevelNetworks(20);
    const cut = await reconstructPicture(small, picture, { mode: 'tile' }, control);
    expect(small.sizes.map(([width]) => width)).toEqual([64, 32, 16]);
    expect(cut.encoded.codes).toEqual(whole.encoded.codes);
    expect(cut.encoded.topLatents).toEqual(Float32Array.from(cut.encoded.codes[0]!.indices));
    expect(cut.encoded.latents).toEqual(Float32Array.from(cut.encoded.codes[1]!.indices));
    expect(cut.image.data).toEqual(whole.image.data);
    const decoded = await decodeCodes(twoLevelNetworks(20), whole.encoded.codes, control);
    expect([decoded.width, decoded.height]).toEqual([104, 80]);
    expect(decoded.data.subarray(0, 400)).toEqual(whole.image.data.subarray(0, 400));
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
