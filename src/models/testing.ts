/** Fixture models from disk and small random ones, for tests. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { WeightSource } from '../graph/weights';
import { readGolden } from './golden';
import { createModel, isPrior, isVqvae, type Model, type PriorModel, type VqvaeModel } from './loader';
import { parseIndex, parseManifest, type Manifest } from './manifest';
import type { TensorEntry } from './safetensors';
import { codebookNames, type VqvaeConfig } from './vqvae/config';
import { expectedTensors } from './vqvae/facts';

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const bytesOf = (path: string): ArrayBuffer => Uint8Array.from(readFileSync(path)).buffer;

type Listed = readonly [id: string, root: string];

const listed = (root: string): Listed[] => parseIndex(readJson(`${root}/index.json`)).map((id) => [id, root] as const);
const manifestOf = ([id, root]: Listed) => parseManifest(readJson(resolve(root, id, 'manifest.json')), id);
const ofFamily = (models: readonly Listed[], family: Manifest['family']) =>
  models.filter((model) => manifestOf(model).family === family);

const GOLDEN = [...listed('fixtures/models'), ...listed('public/models')];
/** Every tokenizer that has a golden file: the fixtures, and what the page ships. [id, folder] */
export const GOLDEN_MODELS = ofFamily(GOLDEN, 'vqvae');
/** Every prior, likewise. */
export const GOLDEN_PRIORS = ofFamily(GOLDEN, 'prior');
/** Ids of the tokenizers in `fixtures/models/`. */
export const FIXTURES = ofFamily(listed('fixtures/models'), 'vqvae').map(([id]) => id);
/** Ids of the priors in `fixtures/models/`. */
export const PRIOR_FIXTURES = ofFamily(listed('fixtures/models'), 'prior').map(([id]) => id);

interface Fixture<M extends Model> {
  readonly model: M;
  readonly golden: ReadonlyMap<string, TensorEntry>;
}

function readFixture(id: string, root: string): Fixture<Model> {
  const folder = resolve(root, id);
  const manifest = manifestOf([id, root]);
  const model = createModel(manifest, bytesOf(resolve(folder, manifest.weights.file)));
  return { model, golden: readGolden(bytesOf(resolve(folder, manifest.golden?.file ?? 'golden.safetensors'))) };
}

/** A tokenizer's folder under `fixtures/models/` (or `root`). */
export function fixtureModel(id: string, root = 'fixtures/models'): Fixture<VqvaeModel> {
  const { model, golden } = readFixture(id, root);
  if (!isVqvae(model)) throw new Error(`${id} is a ${model.manifest.family}, a tokenizer is needed`);
  return { model, golden };
}

/** A prior's folder, likewise. */
export function fixturePrior(id: string, root = 'fixtures/models'): Fixture<PriorModel> {
  const { model, golden } = readFixture(id, root);
  if (!isPrior(model)) throw new Error(`${id} is a ${model.manifest.family}, a prior is needed`);
  return { model, golden };
}

/** xorshift32: fast, and the same everywhere. Uniform in [-1, 1). */
export function uniforms(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  };
}

function hash(name: string): number {
  let sum = 2166136261;
  for (const letter of name) sum = Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 16777619);
  return sum >>> 0;
}

/**
 * Random weights whose activations keep their size: convolutions uniform with variance 1 / fan-in, norms near 1, biases small,
 * codebook rows in [-1, 1]. Every tensor depends only on its name and the seed; nothing is kept.
 */
export function randomWeights(config: VqvaeConfig, seed = 1): WeightSource {
  const shapes = expectedTensors(config);
  const codebooks = new Set(codebookNames(config));
  return {
    get(name) {
      const shape = shapes.get(name);
      if (!shape) throw new Error(`no tensor ${name}`);
      const next = uniforms(hash(name) ^ seed);
      const size = shape.reduce((product, side) => product * side, 1);
      const isNorm = /norm\w*\.weight$/.test(name);
      const fanIn = size / (shape[0] ?? 1);
      const scale = codebooks.has(name) ? 1 : shape.length === 1 ? 0.1 : Math.sqrt(3 / fanIn);
      const offset = isNorm ? 1 : 0;
      const data = new Float32Array(size);
      // A plain loop: `Float32Array.from` takes ten times as long for the 67 M numbers of a full-size model.
      for (let i = 0; i < size; i++) data[i] = offset + scale * next();
      return { shape, data };
    },
  };
}
