/**
 * The small denoiser that learns in the tab: a residual perceptron over the whole map. One matrix product a layer and few numbers a sample, so
 * that a step is cheap where each op has its price (tfjs on WASM) as well as where each dispatch has (WebGPU).
 *
 *   h = W_in onehot(xt) + W_t time(t)
 *   h = h + W_down act((1 + W_s time(t)) W_up norm(h) + W_t' time(t))     `blocks` times
 *   logits of x0 = W_out norm(h)
 *
 * `act` is a softmax within each group of units: each group chooses between hypotheses (which colour, which place), as Bayes' rule  does
 * when it turns sums of log-likelihoods into a posterior; how much a code counts there depends on t, hence the factor. Parameterised by x0 (D3PM, Austin et al. 2021, section 3.3).
 */
import * as tf from '@tensorflow/tfjs-core';
import { dense } from './ops';

export interface TileNetworkConfig {
  /** N. */
  readonly places: number;
  /** K; the input knows one more state, [MASK]. */
  readonly codebookSize: number;
  /** T. */
  readonly numTimesteps: number;
  readonly width: number;
  readonly blocks: number;
  /** Units in a block; a multiple of `group`. */
  readonly hidden: number;
  readonly group: number;
}

/** A tensor outside of tfjs. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** By name, in the order of `weightShapes`. */
export type HostWeights = ReadonlyMap<string, HostTensor>;
export type Weights = ReadonlyMap<string, tf.Variable>;

/** Sines and cosines of t. */
const TIME_FEATURES = 16;
const EPSILON = 1e-5;

/** Name and shape of every tensor, in order. */
export function weightShapes(config: TileNetworkConfig): ReadonlyMap<string, readonly number[]> {
  const { places, codebookSize, width, blocks, hidden } = config;
  const shapes = new Map<string, readonly number[]>([
    ['in.weight', [places * (codebookSize + 1), width]],
    ['in.bias', [width]],
    ['time.weight', [TIME_FEATURES, width]],
  ]);
  for (let b = 0; b < blocks; b++) {
    shapes.set(`blocks.${b}.up.weight`, [width, hidden]);
    shapes.set(`blocks.${b}.up.bias`, [hidden]);
    shapes.set(`blocks.${b}.time.weight`, [TIME_FEATURES, hidden]);
    shapes.set(`blocks.${b}.scale.weight`, [TIME_FEATURES, hidden]);
    shapes.set(`blocks.${b}.down.weight`, [hidden, width]);
    shapes.set(`blocks.${b}.down.bias`, [width]);
  }
  shapes.set('out.weight', [width, places * codebookSize]);
  shapes.set('out.bias', [places * codebookSize]);
  return shapes;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Numbers that are learnt. */
export const parameterCount = (config: TileNetworkConfig): number =>
  [...weightShapes(config).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);

/** Before the first step. @param normals the so many standard normal numbers of the tensor at this place in the order */
export function initialWeights(
  config: TileNetworkConfig,
  normals: (tensor: number, count: number) => ArrayLike<number>,
): HostWeights {
  const entries = [...weightShapes(config)].map(([name, shape], i): [string, HostTensor] => {
    const data = new Float32Array(sizeOf(shape));
    if (name.endsWith('.weight')) {
      const numbers = normals(i, data.length);
      const std = deviation(name, shape[0] ?? 1, config);
      for (let n = 0; n < data.length; n++) data[n] = std * (numbers[n] ?? 0);
    }
    return [name, { shape, data }];
  });
  return new Map(entries);
}

function deviation(name: string, inputs: number, { places }: TileNetworkConfig): number {
  // One input of each place is 1, the others are 0.
  if (name === 'in.weight') return 1 / Math.sqrt(places);
  if (name.includes('.scale.')) return 0;
  // Blocks and answer begin near nothing: the first steps then learn the shares of the codes instead of undoing noise.
  const gain = name === 'out.weight' || name.includes('.down.') ? 0.1 : 1;
  return gain / Math.sqrt(inputs);
}

/** One-hot codes, [samples, N (K + 1)]. @param codes [samples * N]; [MASK] = K. @throws Error for a code that is none */
export function oneHotCodes(codes: Int32Array, { codebookSize }: TileNetworkConfig): Float32Array<ArrayBuffer> {
  const states = codebookSize + 1;
  const out = new Float32Array(codes.length * states);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? -1;
    if (!(code >= 0 && code < states))
      throw new Error(
        `The network takes codes 0 to ${codebookSize - 1} and ${codebookSize} for [MASK], found ${code} at ${i}: check what made these codes.`,
      );
    out[i * states + code] = 1;
  }
  return out;
}

/** Sines and cosines of each time, octaves apart from a quarter of a turn over all of T. [samples, TIME_FEATURES] */
export function timeFeatures(times: ArrayLike<number>, { numTimesteps }: TileNetworkConfig): Float32Array<ArrayBuffer> {
  const out = new Float32Array(times.length * TIME_FEATURES);
  for (let sample = 0; sample < times.length; sample++)
    for (let octave = 0; octave < TIME_FEATURES / 2; octave++) {
      const angle = ((times[sample] ?? 0) / numTimesteps) * 0.5 * Math.PI * 2 ** octave;
      out[sample * TIME_FEATURES + 2 * octave] = Math.sin(angle);
      out[sample * TIME_FEATURES + 2 * octave + 1] = Math.cos(angle);
    }
  return out;
}

/**
 * Logits of x0, [samples * N, K]. Call inside `tf.tidy`.
 * @param codes [samples * N], [MASK] = K. @param times [samples], fractions allowed
 */
export function forward(
  config: TileNetworkConfig,
  weights: Weights,
  codes: Int32Array,
  times: ArrayLike<number>,
): tf.Tensor2D {
  const { places, codebookSize, blocks, hidden, group } = config;
  const samples = times.length;
  const x = tf.tensor2d(oneHotCodes(codes, config), [samples, places * (codebookSize + 1)]);
  const time = tf.tensor2d(timeFeatures(times, config), [samples, TIME_FEATURES]);
  const weight = (name: string) => {
    const found = weights.get(name);
    if (!found) throw new Error(`The network lacks ${name}: it has ${[...weights.keys()].join(', ')}.`);
    return found as tf.Tensor;
  };
  const linear = (name: string, input: tf.Tensor) =>
    tf.add(dense(input, weight(`${name}.weight`)), weight(`${name}.bias`));
  let h: tf.Tensor = tf.add(linear('in', x), dense(time, weight('time.weight')));
  for (let b = 0; b < blocks; b++) {
    const name = `blocks.${b}`;
    const factor = tf.add(dense(time, weight(`${name}.scale.weight`)), 1);
    const evidence = tf.mul(linear(`${name}.up`, norm(h)), factor);
    const scores = tf.add(evidence, dense(time, weight(`${name}.time.weight`)));
    const chosen = tf.softmax(tf.reshape(scores, [(samples * hidden) / group, group]));
    // A group sums to one; times its root its units are as large as those of other activations.
    const units = tf.mul(tf.reshape(chosen, [samples, hidden]), Math.sqrt(group));
    h = tf.add(h, linear(`${name}.down`, units));
  }
  return tf.reshape(linear('out', norm(h)), [samples * places, codebookSize]);
}

function norm(x: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
}
