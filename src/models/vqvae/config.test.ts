import { describe, expect, it } from 'vitest';
import { fixtureModel, FIXTURES } from '../testing';
import { codebookSizes, factor, gridFactors, gridNames, sideFactor, vqvaeConfigSchema } from './config';
import { expectedTensors, flopCount, parameterCount } from './facts';
import { buildAutoencoder, buildDecoder, buildEncoder } from './graph';
import { checkIndices, fsqLattice } from './runtime';

const half = { stem: 2, channels: [16, 32], resBlocks: [1, 1], attention: [false, false] };
const base = {
  encoder: half,
  decoder: half,
  latentChannels: 8,
  codeDim: 4,
  normGroups: 8,
  quantizer: { kind: 'vq', codebookSize: 64 },
};

const problems = (change: object): string =>
  vqvaeConfigSchema
    .safeParse({ ...base, ...change })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ') ?? '';

describe('the configuration', () => {
  it('fills in what is usual', () => {
    const config = vqvaeConfigSchema.parse(base);
    expect(config).toMatchObject({ inChannels: 3, downsample: 'conv3', upsample: 'nearest', normEps: 1e-6 });
    expect(config.quantizer).toMatchObject({ distance: 'l2' });
    expect(factor(config)).toBe(4);
  });

  it('names what does not go together', () => {
    expect(problems({ decoder: { ...half, stem: 1 } })).toMatch(
      /decoder\.stem: .*factor 2 must equal encoder factor 4/,
    );
    expect(problems({ encoder: { ...half, resBlocks: [1] } })).toMatch(
      /encoder\.resBlocks: one entry per level .* 2, found 1/,
    );
    expect(problems({ quantConv: false })).toMatch(/codeDim: without quantConv .* latentChannels 8, found 4/);
    expect(problems({ quantizer: { kind: 'fsq', levels: [8, 5] } })).toMatch(/levels: 4 levels are needed .* found 2/);
    expect(problems({ normGroups: 12 })).toMatch(/encoder\.channels\.0: 16 does not divide into 12/);
    expect(problems({ encoder: { ...half, resBlocks: [1, 0] } })).toMatch(/from 16 to 32 channels needs a ResBlock/);
    expect(problems({ quantizer: { kind: 'gumbel' } })).toMatch(/quantizer/);
    expect(problems({})).toBe('');
  });

  it('of two levels needs a top pair of factor 2, and no other quantizer has one', () => {
    const pair = { ...half, stem: 1 };
    const two = {
      quantizer: { kind: 'two-level', topSize: 32, bottomSize: 64 },
      top: { encoder: pair, decoder: pair },
    };
    expect(problems(two)).toBe('');
    expect(problems({ ...two, top: undefined })).toMatch(/top: a two-level quantizer needs it/);
    expect(problems({ top: two.top })).toMatch(/top: .* no other has it: the quantizer is vq/);
    expect(problems({ ...two, top: { encoder: half, decoder: pair } })).toMatch(
      /top\.encoder: stem 1 and factor 2 are needed, found stem 2 and factor 4/,
    );
    expect(problems({ ...two, quantConv: false, codeDim: 8 })).toMatch(/two levels need quantConv/);
    const bare = { ...pair, resBlocks: [0, 1] };
    expect(problems({ ...two, top: { encoder: pair, decoder: bare } })).toMatch(
      /top\.decoder\.resBlocks\.0: a level that goes from 32 to 16/,
    );
    const config = vqvaeConfigSchema.parse({ ...base, ...two });
    expect(gridFactors(config)).toEqual([8, 4]);
    expect(sideFactor(config)).toBe(8);
    expect(codebookSizes(config)).toEqual([32, 64]);
    expect(gridNames(config)).toEqual(['top', 'bottom']);
    expect(() => buildAutoencoder(config, 16, 12)).toThrow(/16 x 12: both sides must be multiples of 8/);
  });

  it('counts codes', () => {
    const sizes = (quantizer: object) => codebookSizes(vqvaeConfigSchema.parse({ ...base, quantizer }));
    expect(sizes({ kind: 'fsq', levels: [8, 5, 5, 5] })).toEqual([1000]);
    expect(sizes({ kind: 'rvq', codebookSize: 256, numLevels: 3 })).toEqual([256, 256, 256]);
  });

  it.each(FIXTURES)('expects exactly the tensors that PyTorch wrote for %s', (id) => {
    const { model } = fixtureModel(id);
    const stated = new Map(model.manifest.tensors.map(({ name, shape }) => [name, shape]));
    expect(new Map([...expectedTensors(model.manifest.config)].sort())).toEqual(new Map([...stated].sort()));
  });

  it('counts the work of the full-size VQGAN', () => {
    const large = {
      stem: 1,
      channels: [128, 128, 256, 256, 512],
      resBlocks: [2, 2, 2, 2, 2],
      attention: [false, false, false, false, true],
    };
    const quantizer = { kind: 'vq', codebookSize: 16384 };
    const config = vqvaeConfigSchema.parse({
      encoder: large,
      decoder: large,
      latentChannels: 256,
      codeDim: 256,
      quantizer,
    });
    expect(parameterCount(config) / 1e6).toBeGreaterThan(60);
    expect(flopCount(config, 128, 128)).toBeGreaterThan(3.9 * flopCount(config, 64, 64));
  });
});

describe('the graphs', () => {
  const config = vqvaeConfigSchema.parse(base);

  it('have the inputs and outputs that they promise', () => {
    const encoder = buildEncoder(config, 16, 24);
    expect([...encoder.inputs.keys()]).toEqual(['pixels']);
    expect(encoder.outputs.get('latents')?.shape).toEqual([1, 4, 6, 4]);
    expect(encoder.outputs.get('indices.0')?.shape).toEqual([1, 4, 6, 1]);
    const decoder = buildDecoder(config, 16, 24, { pictures: 'floats' });
    expect([...decoder.inputs.keys()]).toEqual(['indices.0']);
    expect(decoder.outputs.get('reconstruction')?.shape).toEqual([1, 16, 24, 3]);
    expect(buildAutoencoder(config, 16, 24).segments).toEqual(['prepare', 'encode', 'quantize', 'decode']);
  });

  it('refuse sizes that hold no whole codes', () => {
    expect(() => buildEncoder(config, 15, 16)).toThrow(/15 x 16: both sides must be multiples of 4/);
    expect(() => buildDecoder(config, 0, 16)).toThrow(/multiples of 4/);
  });
});

describe('indices from outside', () => {
  const config = vqvaeConfigSchema.parse({ ...base, quantizer: { kind: 'rvq', codebookSize: 64, numLevels: 2 } });

  it('must be inside the codebook: a [MASK] is refused', () => {
    const good = Int32Array.of(0, 63);
    const counts = [2, 2];
    expect(() => checkIndices(config, [good, good], counts)).not.toThrow();
    expect(() => checkIndices(config, [good, Int32Array.of(5, 64)], counts)).toThrow(
      /level 1: code 1 is 64, the codebook has 0\.\.63/,
    );
    expect(() => checkIndices(config, [Int32Array.of(-1, 0), good], counts)).toThrow(/level 0: code 0 is -1/);
    expect(() => checkIndices(config, [good], counts)).toThrow(/2 grid\(s\) of codes are needed, found 1/);
    expect(() => checkIndices(config, [good, Int32Array.of(1)], counts)).toThrow(
      /level 1: 2 codes are needed, found 1/,
    );
  });

  it("lists FSQ's codes in the order of their indices", () => {
    expect([...fsqLattice([3, 2])]).toEqual([-1, -1, 0, -1, 1, -1, -1, 0, 0, 0, 1, 0]);
  });
});
