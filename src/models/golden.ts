/**
 * Golden replay: what PyTorch computed with a model's very weights against what we compute, tensor by tensor.
 * The encoder runs on the golden input, the decoder on the golden indices, so that one flipped code does not hide
 * everything after it.
 */
import { buildAutoencoder, indicesName } from './vqvae/graph';
import { codebookNames, codebookSizes, gridNames, isCosine, type VqvaeConfig } from './vqvae/config';
import type { Graph } from '../graph/ir';
import { unitRows } from '../graph/weights';
import { ModelError } from './errors';
import type { VqvaeModel } from './loader';
import { asFloats, asIntegers, readSafetensors, type TensorEntry } from './safetensors';

type HostArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Runs the graph from the given tensors to the wanted ones; both implementations fit. */
export type Runner = (
  inputs: Readonly<Record<string, HostArray>>,
  wanted: readonly string[],
) => Promise<Readonly<Record<string, HostArray>>>;

export interface GoldenEntry {
  readonly name: string;
  /** Floats: the largest |ours - golden|; indices: 0 or 1. */
  readonly maxAbsDiff: number;
  /** The largest |golden|. */
  readonly scale: number;
  /** Indices that differ, and how many of them because two codes are equally near (1e-5 relative). */
  readonly indicesDifferent: number;
  readonly nearTies: number;
  readonly count: number;
}

const NEAR_TIE = 1e-5;

/** [1, c, h, w] to [1, h, w, c]. */
export function nchwToNhwc(
  values: Float32Array,
  [, c = 1, h = 1, w = 1]: readonly number[],
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let i = 0; i < c; i++) for (let p = 0; p < h * w; p++) out[p * c + i] = values[i * h * w + p] ?? 0;
  return out;
}

/** The graph that a replay runs: floats in and out, every golden tensor kept. */
export function goldenGraph(config: VqvaeConfig, golden: ReadonlyMap<string, TensorEntry>): Graph {
  const [, , height = 0, width = 0] = tensor(golden, 'input').shape;
  return buildAutoencoder(config, height, width, { taps: true, pictures: 'floats' });
}

/** @throws ModelError 'format' for a damaged file. */
export const readGolden = (file: ArrayBuffer): ReadonlyMap<string, TensorEntry> => readSafetensors(file, 'golden file');

/**
 * Compares every tensor of the golden file.
 * @param graph from `goldenGraph`; `run` runs it
 * @throws ModelError where the golden file lacks a tensor or has one that the graph does not know
 */
export async function replayGolden(
  model: VqvaeModel,
  golden: ReadonlyMap<string, TensorEntry>,
  graph: Graph,
  run: Runner,
): Promise<GoldenEntry[]> {
  const { config } = model.manifest;
  const levels = codebookSizes(config).map((_, level) => indicesName(level));
  const names = [...golden.keys()].filter((name) => name !== 'input' && !name.startsWith('indices'));
  for (const name of names)
    if (!graph.outputs.has(name)) throw new ModelError('format', `golden file: the model has no tensor "${name}".`);
  const inDecoder = (name: string) => /^(decoder|quantized|reconstruction)/.test(name);

  const input = tensor(golden, 'input');
  const expected = goldenGrids(config, golden);
  const encoded = await run({ input: nchwToNhwc(asFloats(input), input.shape) }, [
    ...names.filter((name) => !inDecoder(name)),
    ...levels,
  ]);
  const given = Object.fromEntries(levels.map((name, level) => [name, expected[level] ?? new Int32Array()]));
  const decoded = await run(given, names.filter(inDecoder));

  const ours = { ...encoded, ...decoded };
  const floats = names.map((name) => {
    const entry = tensor(golden, name);
    return compare(name, ours[name] ?? new Float32Array(), nchwToNhwc(asFloats(entry), entry.shape));
  });
  const searcher = new Searcher(model, golden);
  const found = levels.map((name) => encoded[name] as Int32Array);
  const grids = levels.map((name, level) => compareIndices(name, level, found, expected, searcher, config));
  return [...floats, ...grids];
}

/** The golden indices, grid by grid. */
function goldenGrids(config: VqvaeConfig, golden: ReadonlyMap<string, TensorEntry>): Int32Array<ArrayBuffer>[] {
  if (config.top) return gridNames(config).map((name) => asIntegers(tensor(golden, `indices.${name}`)));
  const indices = asIntegers(tensor(golden, 'indices'));
  const levels = codebookSizes(config).length;
  const count = indices.length / levels;
  return Array.from({ length: levels }, (_, level) => indices.slice(level * count, (level + 1) * count));
}

/** One line a tensor, the largest difference first in each. */
export const formatGolden = (entries: readonly GoldenEntry[]): string =>
  entries
    .map(({ name, maxAbsDiff, scale, indicesDifferent, nearTies, count }) =>
      name.startsWith('indices')
        ? `${name.padEnd(26)} ${indicesDifferent} of ${count} differ, ${nearTies} of them near ties`
        : `${name.padEnd(26)} max |diff| ${maxAbsDiff.toExponential(2)}, max |golden| ${scale.toPrecision(3)}`,
    )
    .join('\n');

/** @throws ModelError where the golden file lacks a tensor. */
export function tensor(golden: ReadonlyMap<string, TensorEntry>, name: string): TensorEntry {
  const entry = golden.get(name);
  if (!entry) throw new ModelError('format', `golden file: no tensor "${name}".`);
  return entry;
}

/** The largest difference of two float tensors. */
export function compare(name: string, ours: ArrayLike<number>, golden: Float32Array): GoldenEntry {
  let maxAbsDiff = ours.length === golden.length ? 0 : Infinity;
  let scale = 0;
  golden.forEach((value, i) => {
    const difference = Math.abs((ours[i] ?? NaN) - value);
    // NaN compares false with everything: it must not slip through.
    maxAbsDiff = difference <= maxAbsDiff ? maxAbsDiff : Number.isNaN(difference) ? Infinity : difference;
    scale = Math.max(scale, Math.abs(value));
  });
  return { name, maxAbsDiff, scale, indicesDifferent: 0, nearTies: 0, count: golden.length };
}

/**
 * A place whose earlier level already differs has another rest to quantize: it is not counted again. The bottom of two
 * levels sees the whole top, so it is counted only where all of that agrees.
 */
function compareIndices(
  name: string,
  level: number,
  ours: readonly Int32Array[],
  golden: readonly Int32Array[],
  searcher: Searcher,
  { top }: VqvaeConfig,
): GoldenEntry {
  let indicesDifferent = 0;
  let nearTies = 0;
  const grid = golden[level] ?? new Int32Array();
  const topDiffers = top && level > 0 && golden[0]?.some((index, place) => ours[0]?.[place] !== index);
  grid.forEach((expected, place) => {
    const found = ours[level]?.[place] ?? -1;
    const before = top ? [] : golden.slice(0, level).map((earlier) => earlier[place] ?? -1);
    if (found === expected || topDiffers || before.some((index, i) => ours[i]?.[place] !== index)) return;
    indicesDifferent++;
    const distance = (index: number) => searcher.distance(level, place, before, index);
    const [a, b] = [distance(expected), distance(found)];
    if (Math.abs(a - b) <= NEAR_TIE * Math.max(a, b)) nearTies++;
  });
  return { name, maxAbsDiff: indicesDifferent ? 1 : 0, scale: 0, indicesDifferent, nearTies, count: grid.length };
}

/** Distances of the golden latents to codes, in double precision. */
class Searcher {
  private readonly config: VqvaeConfig;
  private readonly dim: number;
  /** What each level searches, or begins with. */
  private readonly latents: readonly Float32Array[];
  private readonly codebooks: readonly Float32Array[];

  constructor(model: VqvaeModel, golden: ReadonlyMap<string, TensorEntry>) {
    this.config = model.manifest.config;
    this.dim = this.config.codeDim;
    const { quantizer } = this.config;
    const cosine = isCosine(quantizer);
    const rows = (values: Float32Array) => (cosine ? unitRows(values, this.dim) : values);
    this.latents = codebookSizes(this.config).map((_, level) => {
      const latents = tensor(golden, this.config.top && level === 0 ? 'top.latents' : 'latents');
      return rows(nchwToNhwc(asFloats(latents), latents.shape));
    });
    this.codebooks = codebookNames(this.config).map((name) => rows(model.weights.get(name).data));
  }

  /** Squared distance of the level's latent at `place`, less the codes of the levels `before`, to code `index`. */
  distance(level: number, place: number, before: readonly number[], index: number): number {
    const { quantizer } = this.config;
    let sum = 0;
    for (let i = 0; i < this.dim; i++) {
      const value = this.latents[level]?.[place * this.dim + i] ?? 0;
      if (quantizer.kind === 'fsq') sum += fsqDistance(value, quantizer.levels, i, index);
      else {
        const row = (of: number, code: number) => this.codebooks[of]?.[code * this.dim + i] ?? NaN;
        const rest = before.reduce((left, code, earlier) => left - row(earlier, code), value);
        sum += (rest - row(level, index)) ** 2;
      }
    }
    return sum;
  }
}

/** Squared distance of the bounded value to digit `dim` of the index (Mentzer et al. 2023). */
function fsqDistance(value: number, levels: readonly number[], dim: number, index: number): number {
  const size = levels[dim] ?? 2;
  const basis = levels.slice(0, dim).reduce((product, count) => product * count, 1);
  const digit = Math.floor(index / basis) % size;
  const half = ((size - 1) * (1 + 1e-3)) / 2;
  const offset = size % 2 ? 0 : 0.5;
  const bounded = Math.tanh(value + Math.atanh(offset / half)) * half - offset;
  return (bounded - (digit - Math.floor(size / 2))) ** 2;
}
