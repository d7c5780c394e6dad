import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseManifest, type PriorManifest } from '../src/models/manifest';
import { codeCount } from '../src/models/prior/config';
import { parameterCount } from '../src/models/prior/facts';
import { ciPrior, CI_PRIOR_LIKE } from './ciPrior';

const like = parseManifest(
  JSON.parse(readFileSync(`fixtures/models/${CI_PRIOR_LIKE}/manifest.json`, 'utf8')),
) as PriorManifest;

describe('the prior of the benchmark', () => {
  it('has the size that the gate is about, and speaks of a tokenizer that is there', () => {
    const { manifest } = ciPrior(like);
    expect(codeCount(manifest.config)).toBe(64);
    expect(manifest.config).toMatchObject({ width: 128, depth: 2 });
    expect(parameterCount(manifest.config, manifest.vocabulary.size)).toBeGreaterThan(400_000);
    expect(manifest.pairsWith.id).toBe('tiny-vq');
  });

  it('has the same weights for the same seed, others for another seed and another tensor', () => {
    const [one, same, other] = [ciPrior(like, 1), ciPrior(like, 1), ciPrior(like, 2)];
    const name = 'blocks.0.to_q.weight';
    const { data } = one.weights.get(name);
    expect(same.weights.get(name).data).toEqual(data);
    expect(other.weights.get(name).data).not.toEqual(data);
    expect(one.weights.get('blocks.0.to_k.weight').data).not.toEqual(data);
  });

  it('keeps activations at their size: variance 1 / fan-in, mean 0', () => {
    const { data, shape } = ciPrior(like).weights.get('blocks.1.mlp.2.weight');
    expect(shape).toEqual([128, 512]);
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
    const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(1e-3);
    expect(variance * 512).toBeCloseTo(1, 1);
  });
});
