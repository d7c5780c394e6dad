import { describe, expect, it } from 'vitest';
import type { ModelSummary, PriorSummary, TokenizerSummary } from '../../engine/types';
import { fakeModel } from '../../labs/testing/fakeEngine';
import {
  commandOf,
  formatMetric,
  groupModels,
  gridsOf,
  headFacts,
  purposeOf,
  scoreFacts,
  trainingFacts,
} from './facts';

const tokenizer: TokenizerSummary = {
  ...fakeModel,
  resolution: 128,
  factor: 8,
  codebookSizes: [1024],
  grids: [{ name: 'codes', factor: 8, codebookSize: 1024 }],
  metrics: { psnr: 29.263, minCodeUses: 237 },
};
const residual: TokenizerSummary = {
  ...tokenizer,
  id: 'rq4',
  quantizer: 'rvq',
  codebookSizes: [256, 256, 256, 256],
  grids: [1, 2, 3, 4].map((level) => ({ name: `level ${level}`, factor: 8, codebookSize: 256 })),
};
const twoLevel = {
  ...tokenizer,
  id: 'h2',
  quantizer: 'two-level',
  codebookSizes: [512, 512],
  grids: [
    { name: 'top', factor: 16, codebookSize: 512 },
    { name: 'bottom', factor: 8, codebookSize: 512 },
  ],
} as unknown as ModelSummary;
const prior: PriorSummary = {
  ...{ id: 'emoji-absorb', title: 'Emoji', family: 'prior', licence: 'CC BY 4.0', credits: 'CREDITS.md' },
  ...{
    sizeBytes: 8e6,
    parameters: 4e6,
    metrics: { bitsPerToken: 5.123456 },
    training: { metrics: {} },
    codeCount: 256,
  },
  weights: tokenizer.weights,
  config: {
    process: { kind: 'absorbing', numTimesteps: 100 },
    grids: [{ name: 'codes', height: 16, width: 16, codebookSize: 1024 }],
    ...{ width: 192, depth: 8, heads: 6, mlpRatio: 4, contextLength: 8 },
  },
  pairsWith: { id: 'emoji-128-f8-k1024', sha256: '' },
  vocabulary: { file: 'vocabulary.json', sha256: '', size: 1234 },
};
const fact = (model: ModelSummary, name: string) => headFacts(model).find(([key]) => key === name)?.[1];

describe('figures of a card', () => {
  it('one codebook', () => {
    expect(fact(tokenizer, 'Grid')).toBe('16 × 16 of 1,024');
    expect(fact(tokenizer, 'Bits per pixel')).toBe('0.156');
    expect(fact(tokenizer, 'Bytes per picture')).toBe('320');
    expect(purposeOf(tokenizer)).toContain('16 × 16 codes, 320 bytes');
  });

  it('residual levels', () => {
    expect(fact(residual, 'Grid')).toBe('4 × 16 × 16 of 4 × 256');
    expect(fact(residual, 'Bytes per picture')).toBe('1,024');
  });

  it('two levels: the top has half the side', () => {
    expect(gridsOf(twoLevel).map(({ name, width }) => [name, width])).toEqual([
      ['top', 8],
      ['bottom', 16],
    ]);
    expect(fact(twoLevel, 'Bytes per picture')).toBe('360');
  });

  it('a prior', () => {
    expect(fact(prior, 'Pairs with')).toBe('emoji-128-f8-k1024');
    expect(fact(prior, 'Objective')).toContain('absorbing');
    expect(fact(prior, 'Bytes per picture')).toBeUndefined();
    expect(scoreFacts(prior)).toEqual([['Bits per token', '5.123']]);
  });

  it('a model of the visitor downloads nothing', () => {
    expect(fact({ ...tokenizer, local: true }, 'Download')).toContain('none');
  });
});

it('the training record shows what is there, and nothing for what is not', () => {
  expect(trainingFacts(tokenizer)).toEqual([]);
  const record = {
    metrics: {},
    seed: 0,
    minutes: 105,
    command: 'python -m x',
    data: '8941 pictures, sha256 of all pixels 46',
  };
  const model = { ...tokenizer, training: record };
  expect(trainingFacts(model)).toEqual([
    ['Data', record.data],
    ['Time', '105 minutes'],
    ['Seed', '0'],
  ]);
  expect(commandOf(model)).toBe('python -m x');
  expect(commandOf(tokenizer)).toBe('');
});

it('scores have units and readable names', () => {
  expect(scoreFacts(tokenizer)).toEqual([
    ['PSNR', '29.26 dB'],
    ['Uses of the rarest code', '237'],
  ]);
  expect(scoreFacts({ ...tokenizer, metrics: { codeAccuracy: 0.25 } })).toEqual([['Code accuracy', '25.0 %']]);
  expect(formatMetric('ssim', 0.93412)).toBe('0.9341');
});

it('groups: own first, no empty ones', () => {
  const titles = (models: ModelSummary[]) => groupModels(models).map((group) => group.title);
  expect(titles([tokenizer, prior, { ...residual, local: true }])).toEqual(['Your own', 'Tokenizers', 'Priors']);
  expect(titles([tokenizer])).toEqual(['Tokenizers']);
});
