import { describe, expect, it } from 'vitest';
import { createModel } from '../loader';
import { parseManifest, type PriorManifest } from '../manifest';
import { writeSafetensors } from '../safetensors';
import { fixtureModel, fixturePrior, PRIOR_FIXTURES } from '../testing';
import { codeCount, maskId, priorConfigSchema, sequenceLength } from './config';
import { expectedTensors, flopCount, parameterCount } from './facts';
import { timeFeatures } from './graph';
import { checkInputs } from './inputs';
import { checkPair } from './pair';

const base = {
  process: { kind: 'absorbing', numTimesteps: 100 },
  grids: [{ name: 'codes', height: 16, width: 16, codebookSize: 1024 }],
  ...{ width: 192, depth: 8, heads: 6, contextLength: 8 },
};
const latents = { latentDim: 2, latentMean: [0, 0], latentStd: [1, 1] };

const problems = (change: object): string =>
  priorConfigSchema
    .safeParse({ ...base, ...change })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ') ?? '';

describe('the configuration', () => {
  it('fills in what is usual and counts', () => {
    const config = priorConfigSchema.parse(base);
    expect(config.mlpRatio).toBe(4);
    expect([codeCount(config), sequenceLength(config)]).toEqual([256, 264]);
    expect(maskId(config.grids[0]!)).toBe(1024);
    // A block: 12 D^2 of weights, 9 D of biases, 6 D of modulation.
    expect(parameterCount(config, 1000)).toBe(8 * (12 * 192 ** 2 + 15 * 192) + rest(1000));
    expect(flopCount(config, 2) / flopCount(config, 1)).toBeCloseTo(2, 6);
  });

  it('names what does not go together', () => {
    expect(problems({ heads: 5 })).toMatch(/width: 192 must be heads \(5\) times a multiple of 4/);
    expect(problems({ process: { kind: 'gaussian', numTimesteps: 10 } })).toMatch(/latentDim: .* needs it, found none/);
    expect(problems({ process: { kind: 'gaussian', numTimesteps: 10 }, ...latents, latentStd: [1] })).toMatch(
      /latentStd: latentDim \(2\) numbers are needed, found 1/,
    );
    expect(problems(latents)).toMatch(/latentDim: only a gaussian process has it, this one is absorbing/);
    expect(problems({ process: { kind: 'magic' } })).toMatch(/process/);
    expect(problems({ grids: [] })).toMatch(/grids/);
    expect(problems({ grids: [...base.grids, ...base.grids] })).toMatch(/two grids need two names/);
    expect(problems({})).toBe('');
  });

  it.each(PRIOR_FIXTURES)('expects exactly the tensors that PyTorch wrote for %s', (id) => {
    const { manifest } = fixturePrior(id).model;
    const stated = new Map(manifest.tensors.map(({ name, shape }) => [name, shape]));
    expect(new Map([...expectedTensors(manifest.config, manifest.vocabulary.size)].sort())).toEqual(
      new Map([...stated].sort()),
    );
  });
});

/** Parameters outside the blocks, for width 192, one grid of 16 x 16 and 1,024 codes, 8 condition tokens. */
const rest = (vocabulary: number): number => {
  const linear = (out: number, inner: number) => out * inner + out;
  const tables = (vocabulary + 8 + 1025 + 16 + 16 + 2) * 192;
  return tables + 2 * linear(192, 192) + linear(6 * 192, 192) + linear(1024, 192);
};

describe('the manifest', () => {
  const { manifest } = fixturePrior('tiny-prior-absorbing').model;

  it('lists everything that is wrong with the weights', () => {
    const tensors = Object.fromEntries(
      [...expectedTensors(manifest.config, manifest.vocabulary.size)].map(([name, shape]) => [
        name,
        { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    );
    delete tensors['blocks.1.to_q.bias'];
    tensors.extra = { shape: [1], data: new Float32Array(1) };
    tensors['head.0.bias'] = { shape: [65], data: new Float32Array(65) };
    expect(() => createModel(manifest, writeSafetensors(tensors))).toThrow(
      /1 missing: blocks\.1\.to_q\.bias\. 1 not expected: extra\. 1 do not fit: head\.0\.bias is \[65\], needed \[64\].*Check "width", "depth"/,
    );
  });

  it('needs a pair and a vocabulary', () => {
    const { pairsWith: _, vocabulary: _v, ...others } = manifest;
    expect(() => parseManifest(others)).toThrow(/pairsWith: .*vocabulary: /);
  });

  it('fits its tokenizer and no other', () => {
    expect(() => parseManifest({ ...manifest, family: 'gan' })).toThrow(/family/);
    const tokenizer = fixtureModel('tiny-vq').model.manifest;
    const small: PriorManifest = {
      ...manifest,
      config: { ...manifest.config, grids: [{ name: 'codes', height: 4, width: 4, codebookSize: 64 }] },
    };
    expect(() => checkPair(manifest, tokenizer)).not.toThrow();
    expect(() => checkPair(small, tokenizer)).toThrow(/grid: the prior needs 4 x 4, the tokenizer has 8 x 8/);
    expect(() => checkPair(manifest, fixtureModel('tiny-fsq').model.manifest)).toThrow(
      /id: the prior needs tiny-vq, the tokenizer has tiny-fsq; weights: .*; codes: the prior needs 64, the tokenizer has 1000/,
    );
  });
});

describe('inputs', () => {
  const given = { codes: new Int32Array(256), context: new Int32Array(8), t: [5] };
  const check = (change: object, process: object = {}) =>
    checkInputs(priorConfigSchema.parse({ ...base, ...process }), 12, 1, { ...given, ...change });
  const at = (index: number, value: number) => given.codes.with(index, value);

  it('lets [MASK] through where the process masks, and nothing else', () => {
    expect(() => check({ codes: at(17, 1024) })).not.toThrow();
    expect(() => check({ codes: at(17, 1025) })).toThrow(
      /1025 at row 1, column 1 of grid "codes", sample 0; absorbing knows 0\.\.1023 and \[MASK\] = 1024/,
    );
    for (const kind of ['uniform', 'autoregressive'])
      expect(() => check({ codes: at(0, 1024) }, { process: { kind, numTimesteps: 9 } })).toThrow(/knows 0\.\.1023/);
    expect(() => check({ codes: at(3, -1) })).toThrow(/-1 at row 0, column 3/);
  });

  it('names lengths, words and times', () => {
    expect(() => check({ codes: new Int32Array(3) })).toThrow(/codes: 1 sample\(s\) of 256 are 256 values, found 3/);
    expect(() => check({ codes: undefined })).toThrow(/codes: needed by this process, found none/);
    expect(() => check({ context: given.context.with(2, 12) })).toThrow(/12 at place 2 of sample 0, .* 0\.\.11/);
    for (const t of [-1, 101, NaN]) expect(() => check({ t: [t] })).toThrow(/t: .* 0\.\.100/);
    expect(() => check({ t: [] })).toThrow(/t: 1 sample/);
    expect(() => check({}, { process: { kind: 'gaussian', numTimesteps: 9 }, ...latents })).toThrow(/latents: needed/);
  });
});

it('time features', () => {
  const features = timeFeatures([0, 3], 8);
  expect([...features.subarray(0, 8)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  expect(features[8 + 1]).toBeCloseTo(Math.cos(3 * 10000 ** -0.25), 6);
  expect(features[8 + 6]).toBeCloseTo(Math.sin(3 * 10000 ** -0.5), 6);
});
