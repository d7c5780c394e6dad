/**
 * A codebook that grows: what it learns from, where it stands, and one step of it. tfjs is asked for the nearest codes and for the decoder's pictures and
 * gradients; all that lasts is in plain arrays, so that an abort, another backend or a lost device costs a step.
 */
import { countsOf, perplexity } from '../../codebook/counts';
import { EmaCodebook, gatherRows, IdleCodes, nearestRows } from '../../codebook/learn';
import { philox, toUniform } from '../../diffusion/random';
import type { WeightSource } from '../../graph/weights';
import { unitRows } from '../../graph/weights';
import type { GrowDecoder } from '../../tfjs/grow/open';
import { Adam } from '../fit/adam';
import { floatsOfPicture, pictureOfFloats } from '../floats';
import { meanSquaredError, psnr } from '../../image/metrics';
import type { Picture } from '../../image/types';
import { distinctCodes, wholeCounts, wholeRows, type DistinctCodes } from './codes';
import type { GrowPoint, GrowScore } from './types';

/** Latents in a step: those of eight pictures of 16 x 16 codes. */
const BATCH = 2048;
/** Pictures in a step of the decoder. */
const DECODER_BATCH = 2;
/**
 * What stays of the averages at each step. The paper's 0.99 remembers a hundred steps of training from scratch; here there are two hundred in all, and each
 * sees a good part of the pictures.
 */
const DECAY = 0.95;
/** Steps without use after which a code is dead. */
const PATIENCE = 20;
/** Least average of a code at the start, in those of an even codebook: what nobody uses yet stays where it is until it is chosen, or dead. */
const LEAST_COUNT = 0.05;
/**
 * What the row that a code began with weighs, in latents: a large codebook sees few of a visitor's, and would learn them by heart (1,024 codes on 32
 * pictures without: 8 % more error in pictures that are held back).
 */
const PRIOR = 8;
/**
 * Latents for each code below which none is revived: of 1,024 codes a fifth is not seen in 32 pictures by chance alone, and giving those away cost other
 * pictures 5 % more error.
 */
const ENOUGH = 32;
const DECODER_RATE = 3e-4;
/** Third counters of the draws here, beyond those of the samplers, the tiles and the theatre. */
const DRAW = { latents: 0x50000, pictures: 0x50001, revival: 0x50002 } as const;

/** A picture as the model sees it. */
export interface Seen {
  readonly input: Picture;
  /** Where codes are compared: of unit length for cosine. [h * w, codeDim] */
  readonly latents: Float32Array<ArrayBuffer>;
}

export interface PlantOptions {
  readonly pictures: readonly Seen[];
  readonly heldOut: readonly Seen[];
  /** Of the model, [codebookSize, codeDim]. */
  readonly rows: Float32Array;
  readonly codeDim: number;
  readonly isCosine: boolean;
  readonly weights: WeightSource;
  readonly seed: number;
  readonly revival: boolean;
  readonly decoder: boolean;
}

/** Sums since the last point. */
interface Tally {
  error: number;
  latents: number;
  counts: Float64Array;
  revived: number;
  decoderLoss: number;
  decoderSteps: number;
}

export class Plant {
  steps = 0;
  learnMs = 0;
  private readonly codes: DistinctCodes;
  private readonly rows: Float32Array<ArrayBuffer>;
  private readonly latents: Float32Array<ArrayBuffer>;
  private readonly idle: IdleCodes;
  private ema: EmaCodebook | null = null;
  /** Of the decoder, where it learns: by name. */
  private readonly learnt = new Map<string, { readonly data: Float32Array<ArrayBuffer>; readonly adam: Adam }>();
  private tally: Tally;

  constructor(private readonly options: PlantOptions) {
    const { codeDim, isCosine, pictures, rows } = options;
    this.codes = distinctCodes(isCosine ? unitRows(Float32Array.from(rows), codeDim) : rows, codeDim);
    this.rows = this.codes.rows.slice();
    this.latents = joinedLatents(pictures);
    this.idle = new IdleCodes(this.size);
    this.tally = this.freshTally();
  }

  get size(): number {
    return this.rows.length / this.options.codeDim;
  }

  /** Whether a code that these pictures do not use is dead, and not just rare. */
  get canRevive(): boolean {
    return this.latents.length / this.options.codeDim >= ENOUGH * this.size;
  }

  /** The codebook as it is now, in the model's numbering. */
  get wholeRows(): Float32Array<ArrayBuffer> {
    return wholeRows(this.codes, this.rows, this.options.codeDim);
  }

  get remap(): Int32Array<ArrayBuffer> {
    return this.codes.remap.slice();
  }

  /** Weights of the decoder that are no longer the model's. */
  get tensors(): Record<string, Float32Array<ArrayBuffer>> {
    return Object.fromEntries([...this.learnt].map(([name, { data }]) => [name, data.slice()]));
  }

  /** The decoder as it is now. */
  get weights(): WeightSource {
    const { weights } = this.options;
    return {
      get: (name) => {
        const own = this.learnt.get(name);
        const given = weights.get(name);
        return own ? { shape: given.shape, data: own.data } : given;
      },
    };
  }

  /** One step. @throws Error where a number is none any more */
  async grow(tools: GrowDecoder): Promise<void> {
    const began = performance.now();
    const { codeDim, isCosine, revival, decoder } = this.options;
    this.ema ??= await this.begin(tools);
    const batch = this.draw();
    const codes = await this.nearest(tools, batch);
    const errors = errorsOf(batch, this.rows, codes, codeDim);
    this.note(errors, codes);
    this.ema.update(batch, codes);
    if (revival && this.canRevive) this.revive(batch, errors);
    if (isCosine) this.rows.set(unitRows(this.rows, codeDim));
    if (decoder) await this.teachDecoder(tools);
    this.steps++;
    this.learnMs += performance.now() - began;
  }

  /** What the steps since the last point came to. */
  point(score: GrowScore | null): GrowPoint {
    const { tally } = this;
    this.tally = this.freshTally();
    return {
      step: this.steps,
      latentError: tally.latents > 0 ? tally.error / (tally.latents * this.options.codeDim) : null,
      used: tally.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
      perplexity: perplexity(tally.counts),
      revived: tally.revived,
      decoderLoss: tally.decoderSteps > 0 ? tally.decoderLoss / tally.decoderSteps : null,
      score,
    };
  }

  /** How well the pictures that are held back come back; the first ones as pictures. */
  async measure(
    tools: GrowDecoder,
    shown: number,
    onPicture: () => void | Promise<void>,
  ): Promise<{ score: GrowScore; pictures: Picture[] }> {
    const { heldOut, codeDim } = this.options;
    const all = joinedLatents(heldOut);
    const codes = await this.nearest(tools, all);
    const latentError = errorsOf(all, this.rows, codes, codeDim).reduce((sum, error) => sum + error, 0) / all.length;
    const places = codes.length / heldOut.length;
    const vectors = heldOut.map((_, i) => this.vectorsOf(codes.subarray(i * places, (i + 1) * places)));
    const pictures: Picture[] = [];
    let [pictureError, decibels] = [0, 0];
    await tools.decode(this.weights, vectors, async (values, i) => {
      const { input } = heldOut[i]!;
      const picture = pictureOfFloats(values, input.width, input.height);
      pictureError += meanSquaredError(input, picture) / heldOut.length;
      decibels += psnr(input, picture) / heldOut.length;
      if (i < shown) pictures.push(picture);
      await onPicture();
    });
    return { score: { latentError, pictureError, psnr: decibels }, pictures };
  }

  /** How often each code stands in the pictures that are learnt from. [codebookSize] */
  async usage(tools: GrowDecoder): Promise<Int32Array<ArrayBuffer>> {
    const codes = await this.nearest(tools, this.latents);
    return wholeCounts(this.codes, countsOf(codes, this.size));
  }

  /** The averages begin with what the codebook does for these pictures now. */
  private async begin(tools: GrowDecoder): Promise<EmaCodebook> {
    const { codeDim, isCosine, decoder, weights } = this.options;
    const codes = await this.nearest(tools, this.latents);
    const scale = this.batch / codes.length;
    const least = (LEAST_COUNT * this.batch) / this.size;
    const counts = countsOf(codes, this.size).map((count) => Math.max(least, count * scale));
    if (decoder)
      for (const name of tools.weightShapes.keys()) {
        const data = Float32Array.from(weights.get(name).data);
        this.learnt.set(name, { data, adam: new Adam(data) });
      }
    return new EmaCodebook(this.rows, codeDim, this.batch, {
      ...{ decay: DECAY, isCosine, counts },
      prior: PRIOR * scale,
    });
  }

  /** By tfjs on a GPU; elsewhere in a plain loop, which is many times faster than tfjs's passes over all distances. */
  private nearest(tools: GrowDecoder, vectors: Float32Array<ArrayBuffer>): Promise<Int32Array<ArrayBuffer>> {
    const { codeDim } = this.options;
    return tools.isOnGpu
      ? tools.nearest(vectors, this.rows, codeDim)
      : Promise.resolve(nearestRows(vectors, this.rows, codeDim));
  }

  private get batch(): number {
    return Math.min(BATCH, this.latents.length / this.options.codeDim);
  }

  /** Latents of this step: all of them where they are few. */
  private draw(): Float32Array<ArrayBuffer> {
    const { codeDim } = this.options;
    const count = this.latents.length / codeDim;
    if (count <= BATCH) return this.latents;
    const out = new Float32Array(BATCH * codeDim);
    this.places(DRAW.latents, BATCH, count).forEach((place, i) =>
      out.set(this.latents.subarray(place * codeDim, (place + 1) * codeDim), i * codeDim),
    );
    return out;
  }

  private note(errors: Float64Array, codes: Int32Array): void {
    const { tally } = this;
    const counts = countsOf(codes, this.size);
    for (const error of errors) tally.error += error;
    tally.latents += codes.length;
    counts.forEach((count, code) => (tally.counts[code]! += count));
    this.idle.note(counts);
  }

  /** A dead code goes to a latent of the batch, drawn by its square error: where codes are missing (Arthur and Vassilvitskii 2007 begin k-means so). */
  private revive(batch: Float32Array, errors: Float64Array): void {
    const dead = this.idle.take(PATIENCE);
    if (dead.length === 0) return;
    const { codeDim } = this.options;
    const uniforms = this.uniforms(DRAW.revival, dead.length);
    const left = errors.slice();
    dead.forEach((code, i) => {
      const place = drawByWeight(left, uniforms[i] ?? 0);
      if (place < 0) return;
      left[place] = 0;
      this.ema?.restart(code, batch.subarray(place * codeDim, (place + 1) * codeDim));
      this.tally.revived++;
    });
  }

  private async teachDecoder(tools: GrowDecoder): Promise<void> {
    const { pictures } = this.options;
    const chosen = [...this.places(DRAW.pictures, Math.min(DECODER_BATCH, pictures.length), pictures.length)];
    const examples = [];
    for (const i of chosen) {
      const { latents, input } = pictures[i]!;
      const codes = await this.nearest(tools, latents);
      examples.push({ vectors: this.vectorsOf(codes), picture: floatsOfPicture(input) });
    }
    const { loss, gradients } = await tools.gradients(this.weights, examples);
    if (!Number.isFinite(loss))
      throw new Error(
        `The decoder's loss is ${loss} after ${this.steps} steps: reset, and let the codebook grow alone.`,
      );
    for (const [name, gradient] of gradients) this.learnt.get(name)?.adam.step(gradient, DECODER_RATE);
    this.tally.decoderLoss += loss;
    this.tally.decoderSteps++;
  }

  private vectorsOf(codes: Int32Array): Float32Array<ArrayBuffer> {
    return gatherRows(this.rows, codes, this.options.codeDim);
  }

  private uniforms(draw: number, count: number): Float64Array {
    const words = new Uint32Array(4);
    return Float64Array.from({ length: count }, (_, i) => {
      if (i % 4 === 0) philox(this.options.seed, this.steps, i >> 2, draw, words);
      return toUniform(words[i % 4] ?? 0);
    });
  }

  private places(draw: number, count: number, length: number): Int32Array {
    return Int32Array.from(this.uniforms(draw, count), (u) => Math.min(length - 1, Math.floor(u * length)));
  }

  private freshTally(): Tally {
    return {
      ...{ error: 0, latents: 0, revived: 0, decoderLoss: 0, decoderSteps: 0 },
      counts: new Float64Array(this.size),
    };
  }
}

function joinedLatents(pictures: readonly Seen[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(pictures.reduce((sum, { latents }) => sum + latents.length, 0));
  let at = 0;
  for (const { latents } of pictures) {
    out.set(latents, at);
    at += latents.length;
  }
  return out;
}

/** Square distance of each latent from its code, [count]. */
function errorsOf(latents: Float32Array, rows: Float32Array, codes: Int32Array, dim: number): Float64Array {
  return Float64Array.from(codes, (code, i) => {
    let sum = 0;
    for (let j = 0; j < dim; j++) sum += (latents[i * dim + j]! - rows[code * dim + j]!) ** 2;
    return sum;
  });
}

/** A place drawn by its weight; -1 where all weigh nothing. */
function drawByWeight(weights: Float64Array, uniform: number): number {
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  let last = -1;
  for (const [i, weight] of weights.entries()) {
    if (weight <= 0) continue;
    last = i;
    left -= weight;
    if (left <= 0) return i;
  }
  return last;
}
