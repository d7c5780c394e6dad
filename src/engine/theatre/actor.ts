/** One run of the theatre: weights, codebook and what moves them. It outlives tfjs: between two calls everything is in plain arrays. */
import { countsOf, perplexity } from '../../codebook/counts';
import { EmaCodebook, IdleCodes, kMeans } from '../../codebook/learn';
import { isTrained, theatreShapes } from '../../tfjs/theatre/net';
import type { HostTensor, TheatreNet, TheatreNetConfig, TheatreQuantizer } from '../../tfjs/theatre/open';
import { Adam } from '../fit/adam';
import { normalsAt, placesAt, uniformsAt } from './random';
import { BATCH, batchOf, type TheatreExamples } from './scene';
import type { TheatreActorFrame, TheatreRecipe, TheatreStage } from './types';

/** Units of a hidden layer. */
const HIDDEN = 64;
/** Numbers of a code of a patch. A point's code has two, so that it can be drawn. */
const PATCH_DIM = 8;
/** van den Oord et al. 2017, section 3.2 and appendix A.1. */
const BETA = 0.25;
const DECAY = 0.99;
/** Steps without use after which a code is dead. */
export const PATIENCE = 20;
/** Adam as usual: Kingma and Ba 2015. */
const ADAM = { beta2: 0.999, epsilon: 1e-8 };

/** Lattices by the size that they stand for (Mentzer et al. 2023, table 1, and powers of two and four). */
const LATTICES: readonly { readonly size: number; readonly levels: readonly number[] }[] = [
  { size: 16, levels: [4, 4] },
  { size: 64, levels: [8, 8] },
  { size: 256, levels: [16, 16] },
];
/** For latents of patches: more dimensions, fewer levels in each. */
const PATCH_LATTICES: readonly { readonly size: number; readonly levels: readonly number[] }[] = [
  { size: 16, levels: [4, 4] },
  { size: 64, levels: [4, 4, 4] },
  { size: 256, levels: [8, 6, 5] },
];

/** @throws Error for a size without a lattice */
function latticeFor(size: number, isPoints: boolean): readonly number[] {
  const found = (isPoints ? LATTICES : PATCH_LATTICES).find((one) => one.size === size);
  if (!found)
    throw new Error(`FSQ is set up for 16, 64 and 256 codes here, ${size} are asked for: choose one of those.`);
  return found.levels;
}

export function netConfig(stage: TheatreStage, recipe: TheatreRecipe, inputs: number): TheatreNetConfig {
  const { codebookSize } = stage;
  const quantizer: TheatreQuantizer =
    recipe.quantizer === 'fsq'
      ? { kind: 'fsq', levels: latticeFor(codebookSize, inputs === 2) }
      : recipe.quantizer === 'simvq'
        ? { kind: 'simvq', codebookSize }
        : { kind: 'vq', codebookSize, update: recipe.update };
  return {
    inputs,
    hidden: stage.network === 'mlp' ? HIDDEN : 0,
    codeDim: quantizer.kind === 'fsq' ? quantizer.levels.length : inputs === 2 ? 2 : PATCH_DIM,
    quantizer,
    distance: recipe.distance,
    gradient: recipe.gradient,
    beta: BETA,
  };
}

export class Actor {
  private readonly weights = new Map<string, HostTensor>();
  private readonly adams = new Map<string, Adam>();
  private readonly idle: IdleCodes;
  private ema: EmaCodebook | null = null;
  private revived: number[] = [];
  private steps = 0;
  readonly config: TheatreNetConfig;

  constructor(
    private readonly stage: TheatreStage,
    private readonly recipe: TheatreRecipe,
    private readonly examples: TheatreExamples,
  ) {
    this.config = netConfig(stage, recipe, examples.inputs);
    this.idle = new IdleCodes(this.size);
    for (const [number, [name, shape]] of [...theatreShapes(this.config)].entries()) {
      const data = this.firstValues(name, shape, number);
      this.weights.set(name, { shape, data });
      if (isTrained(name, this.config)) this.adams.set(name, new Adam(data, ADAM));
    }
  }

  get step(): number {
    return this.steps;
  }

  /** One step: the batch of this number, gradients, codebook, revival. @throws Error where the loss is no number any more */
  async learn(net: TheatreNet): Promise<void> {
    const { examples, stage, recipe } = this;
    const batch = batchOf(examples, stage.seed, this.steps);
    if (this.steps === 0) await this.prepareCodebook(net, batch);
    const { gradients, latents, indices, loss } = await net.gradients(this.weights, batch);
    if (!Number.isFinite(loss))
      throw new Error(
        `The loss is ${loss} after ${this.steps} steps: choose a smaller learning rate, or another seed.`,
      );
    for (const [name, gradient] of gradients) this.adams.get(name)?.step(gradient, stage.learningRate);
    this.ema?.update(latents, indices);
    this.idle.note(countsOf(indices, this.size));
    if (recipe.quantizer === 'vq' && recipe.revival) this.revive(latents);
    this.steps++;
  }

  /** What it has come to. Before the first step, the codes are where they begin. */
  async frame(net: TheatreNet): Promise<TheatreActorFrame> {
    const { examples, stage } = this;
    if (this.steps === 0) await this.prepareCodebook(net, batchOf(examples, stage.seed, 0));
    const { latents, indices, outputs } = await net.run(this.weights, examples.examples);
    const { vectors, decoded } = await net.codes(this.weights);
    const counts = countsOf(indices, this.size);
    let error = 0;
    outputs.forEach((value, i) => (error += (value - examples.examples[i]!) ** 2));
    const { revived } = this;
    this.revived = [];
    return {
      used: counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
      perplexity: perplexity(counts),
      error: error / outputs.length,
      codebookSize: this.size,
      codeDim: this.config.codeDim,
      counts,
      idle: this.idle.steps.slice(),
      revived,
      ...{ vectors: own(vectors), decoded: own(decoded), latents: own(latents), outputs: own(outputs) },
      indices: Int32Array.from(indices),
    };
  }

  private get size(): number {
    const { quantizer } = this.config;
    return quantizer.kind === 'fsq'
      ? quantizer.levels.reduce((product, level) => product * level, 1)
      : quantizer.codebookSize;
  }

  /** k-means on the first batch, and the averages' start. Twice does no harm. */
  private async prepareCodebook(net: TheatreNet, batch: Float32Array): Promise<void> {
    const { recipe, stage, config } = this;
    const codebook = this.weights.get('codebook');
    if (recipe.quantizer !== 'vq' || !codebook || this.ema) return;
    if (recipe.init === 'kmeans') {
      const latents = await net.encode(this.weights, batch);
      const picks = distinct(placesAt(stage.seed, 0, 'kMeans', 8 * this.size, BATCH), this.size, BATCH);
      codebook.data.set(kMeans(latents, config.codeDim, picks));
    }
    if (recipe.update === 'ema')
      this.ema = new EmaCodebook(codebook.data, config.codeDim, BATCH, {
        decay: DECAY,
        isCosine: recipe.distance === 'cosine',
      });
  }

  /** Dead codes go to latents of this batch (Dhariwal et al. 2020, section 4.1: "random restarts"). */
  private revive(latents: Float32Array): void {
    const dead = this.idle.take(PATIENCE);
    if (dead.length === 0) return;
    const { codeDim } = this.config;
    const places = placesAt(this.stage.seed, this.steps, 'revival', dead.length, BATCH);
    const rows = this.weights.get('codebook')!.data;
    dead.forEach((code, i) => {
      const vector = latents.subarray(places[i]! * codeDim, (places[i]! + 1) * codeDim);
      if (this.ema) this.ema.restart(code, vector);
      else rows.set(vector, code * codeDim);
    });
    this.revived.push(...dead);
  }

  private firstValues(name: string, shape: readonly number[], number: number): Float32Array<ArrayBuffer> {
    const { seed, codebookSize } = this.stage;
    const [rows = 1, columns = 1] = shape;
    const length = shape.reduce((product, side) => product * side, 1);
    if (name.endsWith('.bias')) return new Float32Array(length);
    const isIdentity = name === 'projection' || (this.config.hidden === 0 && rows === columns);
    if (isIdentity && name !== 'codebook')
      return Float32Array.from({ length }, (_, i) => (Math.floor(i / columns) === i % columns ? 1 : 0));
    if (name === 'codebook') {
      // U(-1/K, 1/K) is the released VQ-VAE's; SimVQ freezes N(0, 1/dim).
      if (this.recipe.quantizer === 'vq' && this.recipe.init === 'uniform')
        return Float32Array.from(uniformsAt(seed, 0, 'codes', length), (u) => (2 * u - 1) / codebookSize);
      const scale = this.recipe.quantizer === 'simvq' ? 1 / Math.sqrt(columns) : 1;
      return Float32Array.from(normalsAt(seed, 0, 'codes', length), (value) => scale * value);
    }
    // The square root of 2 makes up for what SiLU takes away.
    const gain = Math.sqrt((this.config.hidden > 0 ? 2 : 1) / rows);
    return Float32Array.from(normalsAt(seed, number, 'weights', length), (value) => gain * value);
  }
}

const own = (values: Float32Array): Float32Array<ArrayBuffer> => Float32Array.from(values);

/** The first `count` different places of a row of draws; then, where it has too few, any others, over again where there are no others. */
function distinct(draws: Int32Array, count: number, length: number): number[] {
  const all = [...new Set([...draws, ...Array.from({ length }, (_, i) => i)])];
  return Array.from({ length: count }, (_, i) => all[i % all.length]!);
}
