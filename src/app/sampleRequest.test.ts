import { describe, expect, it } from 'vitest';
import type { PriorSummary } from '../engine/types';
import { sampleOptions, samplerOf, type SampleRequest } from './sampleRequest';

const prior = (process: PriorSummary['config']['process']): Pick<PriorSummary, 'id' | 'config'> => ({
  id: 'a-prior',
  config: { process, grids: [], width: 4, depth: 1, heads: 1, mlpRatio: 4, contextLength: 1 },
});
const absorbing = prior({ kind: 'absorbing', numTimesteps: 100 });

describe('tessera.sample', () => {
  it('takes the sampler that goes with the kind of prior', () => {
    expect(samplerOf({}, absorbing)).toEqual({ kind: 'posterior', numSteps: 25 });
    expect(samplerOf({ sampler: 'ancestral' }, absorbing)).toEqual({ kind: 'posterior', numSteps: 100 });
    expect(samplerOf({}, prior({ kind: 'autoregressive' }))).toEqual({ kind: 'autoregressive' });
    const gaussian = prior({ kind: 'gaussian', numTimesteps: 1000, cosineOffset: 0.008 });
    expect(samplerOf({ numSteps: 50 }, gaussian)).toEqual({ kind: 'ddim', numSteps: 50 });
  });

  it('names the samplers there are when it is asked for another', () => {
    expect(() => samplerOf({ sampler: 'euler' } as unknown as SampleRequest, absorbing)).toThrow(/no sampler "euler"/);
  });

  it('passes on what was said, and nothing that was not', () => {
    const options = sampleOptions(
      { prompt: 'red heart', style: 'noto', seed: 3, batch: 4, sampler: 'maskgit', numSteps: 8 },
      absorbing,
    );
    expect(options).toEqual({
      model: 'a-prior',
      condition: { words: 'red heart', style: 'noto' },
      seed: 3,
      batch: 4,
      sampler: { kind: 'maskgit', numSteps: 8, choiceTemperature: 4.5 },
      schedule: { kind: 'model' },
      distribution: { guidanceScale: 3, temperature: 1, topK: 0, truncation: 1 },
    });
  });
});
