/** How far the picture of some latents lies from what was observed, and the gradient by the latents; on any tfjs backend. */
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core alone knows no gradients: this registers them.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import type { Graph } from '../../graph/ir';
import type { WeightSource } from '../../graph/weights';
import { activate } from '../backends';
import { TfjsWeights } from '../lower';
import { dense } from '../tiles/ops';
import type { TfjsBackend } from '../types';
import type { Value } from '../values';
import { LatentDecoder } from './decoder';
import type { LossAndGradient, Observation } from './types';

/** Tensors of what was observed. */
interface Observed {
  /** [height, width, 3] */
  readonly target: Value;
  /** [height, width, 1], sums to one third: the sum over all values is their mean. */
  readonly weights: Value;
  readonly down: Value | null;
  readonly across: Value | null;
}

export class LatentFitter {
  private constructor(
    private readonly backend: TfjsBackend,
    private readonly weights: TfjsWeights,
    private readonly decoder: LatentDecoder,
    private readonly observed: Observed,
  ) {}

  /**
   * @param graph `buildDecoder` of a tokenizer with one codebook, pictures in floats
   * @throws GraphError for another graph, Error where the observation is not of this picture
   */
  static async open(
    backend: TfjsBackend,
    graph: Graph,
    source: WeightSource,
    observation: Observation,
  ): Promise<LatentFitter> {
    await activate(backend.name);
    const weights = new TfjsWeights(source);
    const decoder = new LatentDecoder(graph, weights);
    checkObservation(observation, decoder.pictureShape);
    try {
      decoder.prepare();
      return new LatentFitter(backend, weights, decoder, observedTensors(observation, decoder.pictureShape));
    } catch (error) {
      decoder.dispose();
      weights.dispose();
      throw error;
    }
  }

  /** @param latents [h, w, codeDim] */
  async evaluate(latents: Float32Array): Promise<LossAndGradient> {
    await activate(this.backend.name);
    const { value, grad } = tf.tidy(() => {
      const distance = tf.valueAndGrad((z: Value) => this.distance(z));
      return distance(tf.tensor(latents, [...this.decoder.latentShape]));
    });
    try {
      const [loss, gradient] = await Promise.all([value.data(), grad.data()]);
      return { loss: loss[0] ?? NaN, gradient: Float32Array.from(gradient) };
    } finally {
      tf.dispose([value, grad]);
    }
  }

  /** The picture of latents [h, w, codeDim]: [height, width, 3], around [-1, 1]. */
  async decode(latents: Float32Array): Promise<Float32Array> {
    await activate(this.backend.name);
    const picture = tf.tidy(() => this.decoder.run(tf.tensor(latents, [...this.decoder.latentShape])));
    try {
      return Float32Array.from(await picture.data());
    } finally {
      picture.dispose();
    }
  }

  dispose(): void {
    this.decoder.dispose();
    this.weights.dispose();
    const { target, weights, down, across } = this.observed;
    for (const tensor of [target, weights, down, across]) tensor?.dispose();
  }

  private distance(latents: Value): tf.Scalar {
    const { target, weights } = this.observed;
    const difference = tf.sub(this.degrade(this.decoder.run(latents)), target);
    return tf.sum(tf.mul(tf.mul(difference, difference), weights));
  }

  /** A x: [1, height, width, 3] to y's [height, width, 3]. */
  private degrade(picture: Value): Value {
    const [, h, w, c] = this.decoder.pictureShape;
    const { down, across, target } = this.observed;
    const [height = h, width = w] = target.shape;
    if (!down || !across) return tf.reshape(picture, [h, w, c]);
    const columns = tf.reshape(dense(down, tf.reshape(picture, [h, w * c])), [height, w, c]);
    const rows = dense(across, tf.reshape(tf.transpose(columns, [1, 0, 2]), [w, height * c]));
    return tf.transpose(tf.reshape(rows, [width, height, c]), [1, 0, 2]);
  }
}

function observedTensors(observation: Observation, [, h, w]: readonly number[]): Observed {
  const { height, width, target, known, matrices } = observation;
  const count = known.reduce((sum, value) => sum + value, 0);
  return {
    target: tf.tensor3d(target, [height, width, 3]),
    weights: tf.tensor3d(
      Float32Array.from(known, (value) => value / (3 * count)),
      [height, width, 1],
    ),
    down: matrices && tf.tensor2d(matrices.down, [height, h ?? 0]),
    across: matrices && tf.tensor2d(matrices.across, [width, w ?? 0]),
  };
}

function checkObservation(observation: Observation, [, h = 0, w = 0]: readonly number[]): void {
  const { height, width, target, known, matrices } = observation;
  const pixels = height * width;
  if (target.length !== 3 * pixels || known.length !== pixels)
    throw new Error(
      `An observation of ${height} x ${width} pixels needs ${3 * pixels} values and ${pixels} marks, found ${target.length} and ${known.length}.`,
    );
  if (!known.includes(1)) throw new Error('Nothing is known of the picture: leave some pixels outside of the hole.');
  const fits = matrices
    ? matrices.down.length === height * h && matrices.across.length === width * w
    : height === h && width === w;
  if (!fits)
    throw new Error(
      `The observation of ${height} x ${width} pixels does not follow from the decoder's ${h} x ${w}: make its matrices for that size.`,
    );
}
