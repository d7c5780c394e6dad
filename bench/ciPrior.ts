/** The prior that the gate measures: small enough for two CPU cores, large enough that its products are products. Nothing of it is on disk. */
import type { PriorModel } from '../src/models/loader';
import { expectedTensors } from '../src/models/prior/facts';

export const CI_PRIOR = 'ci-prior';
/** The fixture whose words, process, codebook and tokenizer (8 x 8 codes) it shares. */
export const CI_PRIOR_LIKE = 'tiny-prior-absorbing';

/**
 * A prior of 64 codes, width 128 and 2 layers with random weights: of variance 1 / fan-in, so that activations keep their size.
 * The same for the same seed, on every machine.
 * @param like `CI_PRIOR_LIKE`'s manifest
 */
export function ciPrior(like: PriorModel['manifest'], seed = 1): PriorModel {
  const config = { ...like.config, width: 128, depth: 2, heads: 4 };
  const shapes = expectedTensors(config, like.vocabulary.size);
  const places = new Map([...shapes.keys()].map((name, i) => [name, i]));
  return {
    manifest: { ...like, id: CI_PRIOR, title: 'Benchmark: absorbing prior', config },
    weights: {
      get(name) {
        const shape = shapes.get(name);
        if (!shape) throw new Error(`${CI_PRIOR}: no tensor ${name}`);
        const size = shape.reduce((product, side) => product * side, 1);
        const scale = shape.length === 1 ? 0.1 : Math.sqrt((3 * (shape[0] ?? 1)) / size);
        const data = new Float32Array(size);
        const next = uniforms(seed * shapes.size + (places.get(name) ?? 0));
        for (let i = 0; i < size; i++) data[i] = scale * next();
        return { shape, data };
      },
    },
  };
}

/** Uniform in [-1, 1), the same everywhere (mulberry32: the samplers' Philox takes seconds for so many). */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
