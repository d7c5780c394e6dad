/**
 * A tiny VQ-VAE on whatever tfjs backend is given. It keeps nothing between two calls: weights come in as plain numbers and gradients go out, so
 * that two runs take turns, a pause costs nothing, and what moves the weights and the codebook is ours to read and to test.
 *
 *   e = encoder(x)     q = the nearest code of e     x' = decoder(q)
 *   loss = mean (x' - x)^2 + mean (q - sg e)^2 + beta mean (e - sg q)^2     (van den Oord et al. 2017, equation 3)
 *
 * The middle term is left out where the codebook follows by moving averages, and the last two where there is no codebook (FSQ).
 */
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core alone knows no gradients: this registers them.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { activate } from '../backends';
import { silu } from '../latentFit/ops';
import type { HostWeights } from '../tiles/network';
import { dense } from '../tiles/ops';
import type { TfjsBackend } from '../types';
import type { Value } from '../values';
import { meanSquare, nearestOneHot, rotated, straightThrough, unitLength } from './ops';

/** How latents become codes: from a codebook, from frozen codes behind a learnt map (SimVQ, Zhu et al. 2024), on a lattice (FSQ). */
export type TheatreQuantizer =
  | { readonly kind: 'vq'; readonly codebookSize: number; readonly update: 'loss' | 'ema' }
  | { readonly kind: 'simvq'; readonly codebookSize: number }
  | { readonly kind: 'fsq'; readonly levels: readonly number[] };

export interface TheatreNetConfig {
  /** Numbers of an example. */
  readonly inputs: number;
  /** Units of the two hidden layers of encoder and decoder; 0: both are one linear map. */
  readonly hidden: number;
  readonly codeDim: number;
  readonly quantizer: TheatreQuantizer;
  /** 'cosine': latents and codes are compared, and decoded, as unit vectors (Yu et al. 2022). Not for FSQ. */
  readonly distance: 'l2' | 'cosine';
  /** How the gradient gets past the quantizer. FSQ: straight through. */
  readonly gradient: 'straight-through' | 'rotation';
  /** Weight of the commitment loss. */
  readonly beta: number;
}

export interface TheatreGradients {
  readonly loss: number;
  /** Mean (x' - x)^2, alone. */
  readonly error: number;
  /** By name, of everything that is learnt by gradient. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** e, as it was compared with the codes; [count, codeDim]. */
  readonly latents: Float32Array;
  /** [count] */
  readonly indices: Int32Array;
}

/** Name and shape of every tensor, in order. `codebook` is among them for SimVQ too: there it stays as it is. */
export function theatreShapes(config: TheatreNetConfig): ReadonlyMap<string, readonly number[]> {
  const { inputs, hidden, codeDim, quantizer } = config;
  const shapes = new Map<string, readonly number[]>();
  const layers = (name: string, sides: readonly number[]) => {
    for (let i = 0; i + 1 < sides.length; i++) {
      shapes.set(`${name}.${i}.weight`, [sides[i] ?? 0, sides[i + 1] ?? 0]);
      shapes.set(`${name}.${i}.bias`, [sides[i + 1] ?? 0]);
    }
  };
  const between = hidden > 0 ? [hidden, hidden] : [];
  layers('encoder', [inputs, ...between, codeDim]);
  layers('decoder', [codeDim, ...between, inputs]);
  if (quantizer.kind !== 'fsq') shapes.set('codebook', [quantizer.codebookSize, codeDim]);
  if (quantizer.kind === 'simvq') shapes.set('projection', [codeDim, codeDim]);
  return shapes;
}

/** Whether a tensor is moved by its gradient. */
export const isTrained = (name: string, { quantizer }: TheatreNetConfig): boolean =>
  name !== 'codebook' || (quantizer.kind === 'vq' && quantizer.update === 'loss');

type Tensors = ReadonlyMap<string, Value>;

interface Quantized {
  /** What was compared. */
  readonly latents: Value;
  /** What the decoder gets, with the way back to the encoder. */
  readonly passed: Value;
  readonly indices: Value;
  /** Losses of codebook and commitment; null for FSQ. */
  readonly loss: Value | null;
}

export class TheatreNet {
  private constructor(
    private readonly backend: TfjsBackend,
    readonly config: TheatreNetConfig,
  ) {}

  static async open(backend: TfjsBackend, config: TheatreNetConfig): Promise<TheatreNet> {
    await activate(backend.name);
    return new TheatreNet(backend, config);
  }

  /** Loss and gradients of one batch. @param batch [count, inputs] */
  async gradients(weights: HostWeights, batch: Float32Array): Promise<TheatreGradients> {
    await activate(this.backend.name);
    const { config } = this;
    const names = [...weights.keys()];
    const trained = names.filter((name) => isTrained(name, config));
    const made = tf.tidy(() => {
      const x = tf.tensor2d(batch, [batch.length / config.inputs, config.inputs]);
      const fixed = this.tensors(weights, (name) => !isTrained(name, config));
      const aside: Record<string, Value> = {};
      const cost = (...given: Value[]) => {
        const all = new Map([...fixed, ...trained.map((name, i) => [name, given[i]!] as const)]);
        const { latents, passed, indices, loss } = this.quantize(all, this.encoder(all, x));
        const error = meanSquare(this.decoder(all, passed), x);
        for (const [name, value] of Object.entries({ latents, indices, error })) aside[name] = tf.keep(tf.clone(value));
        return loss ? tf.add(error, loss) : error;
      };
      const parameters = [...this.tensors(weights, (name) => isTrained(name, config)).values()];
      const { value, grads } = tf.valueAndGrads(cost)(parameters);
      return { ...aside, value, ...Object.fromEntries(trained.map((name, i) => [`by ${name}`, grads[i]!])) };
    }) as Readonly<Record<string, Value>>;
    try {
      const data = Object.fromEntries(
        await Promise.all(Object.entries(made).map(async ([name, tensor]) => [name, await tensor.data()] as const)),
      );
      return {
        loss: data['value']![0] ?? NaN,
        error: data['error']![0] ?? NaN,
        gradients: new Map(trained.map((name) => [name, Float32Array.from(data[`by ${name}`]!)])),
        latents: Float32Array.from(data['latents']!),
        indices: Int32Array.from(data['indices']!),
      };
    } finally {
      tf.dispose(Object.values(made));
    }
  }

  /** What becomes of examples: their latents as compared, their codes, and what the decoder makes of those. @param examples [count, inputs] */
  async run(
    weights: HostWeights,
    examples: Float32Array,
  ): Promise<{ latents: Float32Array; indices: Int32Array; outputs: Float32Array }> {
    await activate(this.backend.name);
    const { inputs } = this.config;
    const made = tf.tidy(() => {
      const all = this.tensors(weights, () => true);
      const x = tf.tensor2d(examples, [examples.length / inputs, inputs]);
      const { latents, passed, indices } = this.quantize(all, this.encoder(all, x));
      return { latents, indices, outputs: this.decoder(all, passed) };
    });
    try {
      const [latents, indices, outputs] = await Promise.all(
        [made.latents, made.indices, made.outputs].map((value) => value.data()),
      );
      return {
        latents: Float32Array.from(latents!),
        indices: Int32Array.from(indices!),
        outputs: Float32Array.from(outputs!),
      };
    } finally {
      tf.dispose(Object.values(made));
    }
  }

  /** Latents of examples as they are compared, without codes. [count, codeDim] */
  async encode(weights: HostWeights, examples: Float32Array): Promise<Float32Array> {
    await activate(this.backend.name);
    const { inputs, distance } = this.config;
    return this.read(() => {
      const all = this.tensors(weights, () => true);
      const e = this.encoder(all, tf.tensor2d(examples, [examples.length / inputs, inputs]));
      return distance === 'cosine' ? unitLength(e) : e;
    });
  }

  /** Every code: where it lies among the latents [codebookSize, codeDim], and decoded [codebookSize, inputs]. FSQ: its lattice. */
  async codes(weights: HostWeights): Promise<{ vectors: Float32Array; decoded: Float32Array }> {
    await activate(this.backend.name);
    const { quantizer, codeDim } = this.config;
    const vectorsOf = (all: Tensors): Value =>
      quantizer.kind === 'fsq' ? latticeTensor(quantizer.levels, codeDim) : this.rows(all);
    return {
      vectors: await this.read(() => vectorsOf(this.tensors(weights, () => true))),
      decoded: await this.read(() => {
        const all = this.tensors(weights, () => true);
        return this.decoder(all, vectorsOf(all));
      }),
    };
  }

  private async read(make: () => Value): Promise<Float32Array> {
    const tensor = tf.tidy(make);
    try {
      return Float32Array.from(await tensor.data());
    } finally {
      tensor.dispose();
    }
  }

  private tensors(weights: HostWeights, wanted: (name: string) => boolean): Map<string, Value> {
    const chosen = [...weights].filter(([name]) => wanted(name));
    return new Map(chosen.map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
  }

  private encoder(all: Tensors, x: Value): Value {
    return this.layers(all, 'encoder', x);
  }

  private decoder(all: Tensors, q: Value): Value {
    return this.layers(all, 'decoder', q);
  }

  private layers(all: Tensors, name: string, input: Value): Value {
    const last = this.config.hidden > 0 ? 2 : 0;
    let h = input;
    for (let i = 0; i <= last; i++) {
      h = tf.add(dense(h, all.get(`${name}.${i}.weight`)!), all.get(`${name}.${i}.bias`)!);
      if (i < last) h = silu(h);
    }
    return h;
  }

  /** Code vectors as they are compared. */
  private rows(all: Tensors): Value {
    const { quantizer, distance } = this.config;
    const codebook = all.get('codebook')!;
    const rows = quantizer.kind === 'simvq' ? dense(codebook, all.get('projection')!) : codebook;
    return distance === 'cosine' ? unitLength(rows) : rows;
  }

  private quantize(all: Tensors, encoded: Value): Quantized {
    const { quantizer, distance, gradient, beta } = this.config;
    if (quantizer.kind === 'fsq') return onLattice(encoded, quantizer.levels);
    const latents = distance === 'cosine' ? unitLength(encoded) : encoded;
    const rows = this.rows(all);
    const oneHot = nearestOneHot(latents, rows);
    const indices = tf.sum(tf.mul(oneHot, tf.range(0, quantizer.codebookSize, 1, 'float32')), 1);
    const quantized = dense(oneHot, rows);
    const passed = gradient === 'rotation' ? rotated(latents, quantized) : straightThrough(latents, quantized);
    const commitment = tf.mul(meanSquare(latents, quantized), beta);
    const moved = quantizer.kind === 'simvq' || quantizer.update === 'loss';
    const loss = moved ? tf.add(commitment, meanSquare(quantized, latents)) : commitment;
    return { latents, passed, indices, loss };
  }
}

function latticeTensor(levels: readonly number[], codeDim: number): Value {
  const lattice = fsqLattice(levels);
  return tf.tensor2d(lattice, [lattice.length / codeDim, codeDim]);
}

/** Half the width of a dimension's range, in steps; the lattice divided by it lies in [-1, 1]. */
const halfWidth = (level: number): number => Math.floor(level / 2);

/** Finite scalar quantization (Mentzer et al. 2023, section 3, and the paper's appendix for even counts). */
function onLattice(encoded: Value, levels: readonly number[]): Quantized {
  const half = levels.map((level) => ((level - 1) * (1 + 1e-3)) / 2);
  const offset = levels.map((level) => (level % 2 ? 0 : 0.5));
  const shift = half.map((value, i) => Math.atanh((offset[i] ?? 0) / value));
  const bounded = tf.sub(tf.mul(tf.tanh(tf.add(encoded, tf.tensor1d(shift))), tf.tensor1d(half)), tf.tensor1d(offset));
  const steps = tf.round(bounded);
  const width = tf.tensor1d(levels.map(halfWidth));
  const basis = tf.tensor1d(levels.map((_, i) => levels.slice(0, i).reduce((product, level) => product * level, 1)));
  const indices = tf.cast(tf.sum(tf.mul(tf.add(steps, width), basis), 1), 'int32');
  return {
    latents: tf.div(bounded, width),
    passed: tf.div(straightThrough(bounded, steps), width),
    indices,
    loss: null,
  };
}

/** Every point of the lattice, the first dimension changing fastest. [product of levels, levels.length] */
export function fsqLattice(levels: readonly number[]): Float32Array<ArrayBuffer> {
  const count = levels.reduce((product, level) => product * level, 1);
  const out = new Float32Array(count * levels.length);
  for (let index = 0; index < count; index++) {
    let rest = index;
    levels.forEach((level, i) => {
      out[index * levels.length + i] = ((rest % level) - halfWidth(level)) / halfWidth(level);
      rest = Math.floor(rest / level);
    });
  }
  return out;
}
