/**
 * The decoder half of a tokenizer's graph with weights from outside: vectors to pictures, and, where the backend has them, gradients by every weight.
 * It keeps no tensor between two calls.
 */
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core alone knows no gradients: this registers them.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { constantsOf, GraphError, partsOf, type Constant, type Graph, type Shape } from '../../graph/ir';
import type { WeightSource } from '../../graph/weights';
import { activate } from '../backends';
import { DecoderHalf } from '../decoderHalf';
import type { TfjsBackend } from '../types';
import type { Value } from '../values';
import { nearestRows } from './nearest';
import { conv2d, groupNorm } from './ops';

export interface DecoderGradients {
  /** Mean square difference from the picture, in units of [-1, 1]. */
  readonly loss: number;
  /** By name, in the file's layout. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

export class GrowDecoder {
  /** Names of all weights that it has, with their shapes in the file. */
  readonly weightShapes: ReadonlyMap<string, readonly number[]>;
  private readonly half: DecoderHalf;

  private constructor(
    private readonly backend: TfjsBackend,
    graph: Graph,
  ) {
    this.half = new DecoderHalf(graph);
    const parts = this.half.nodes.flatMap((node) => constantsOf(node).flatMap(([, constant]) => partsOf(constant)));
    this.weightShapes = new Map(parts);
  }

  /** Of the vectors, [1, h, w, codeDim]. */
  get latentShape(): Shape {
    return this.half.latentShape;
  }

  /** @param graph `buildDecoder` of a tokenizer with one codebook, pictures in floats */
  static async open(backend: TfjsBackend, graph: Graph): Promise<GrowDecoder> {
    await activate(backend.name);
    return new GrowDecoder(backend, graph);
  }

  get isOnGpu(): boolean {
    return this.backend.name === 'webgpu';
  }

  /** Whether the weights can learn here. */
  get hasGradient(): boolean {
    return this.backend.name !== 'wasm';
  }

  /** Vectors [h, w, codeDim] to pictures [height, width, 3], around [-1, 1], one after the other over weights that are sent once. */
  async decode(
    weights: WeightSource,
    vectors: readonly Float32Array[],
    onPicture?: (picture: Float32Array, i: number) => void | Promise<void>,
  ): Promise<void> {
    await activate(this.backend.name);
    const tensors = this.tensors(weights);
    try {
      for (const [i, one] of vectors.entries()) {
        await activate(this.backend.name);
        const picture = tf.tidy(() => this.run(tf.tensor(one, [...this.latentShape]), tensors));
        try {
          await onPicture?.(Float32Array.from(await picture.data()), i);
        } finally {
          picture.dispose();
        }
      }
    } finally {
      tf.dispose([...tensors.values()]);
    }
  }

  /** Loss and gradients over some pictures. @param examples vectors [h, w, codeDim] and pictures [height, width, 3] in [-1, 1] */
  async gradients(
    weights: WeightSource,
    examples: readonly { readonly vectors: Float32Array; readonly picture: Float32Array }[],
  ): Promise<DecoderGradients> {
    await activate(this.backend.name);
    const names = [...this.weightShapes.keys()];
    const made = tf.tidy(() => {
      const cost = (...given: Value[]) => {
        const tensors = new Map(names.map((name, i) => [name, given[i]!]));
        const losses = examples.map(({ vectors, picture }) => {
          const difference = tf.sub(
            this.run(tf.tensor(vectors, [...this.latentShape]), tensors),
            tf.tensor(picture, [...this.half.pictureShape]),
          );
          return tf.mean(tf.square(difference));
        });
        return tf.mul<tf.Scalar>(tf.addN(losses), 1 / examples.length);
      };
      const { value, grads } = tf.valueAndGrads(cost)([...this.tensors(weights).values()]);
      return [value, ...grads];
    });
    try {
      const [loss, ...values] = await Promise.all(made.map((tensor) => tensor.data()));
      return {
        loss: loss?.[0] ?? NaN,
        gradients: new Map(names.map((name, i) => [name, Float32Array.from(values[i]!)])),
      };
    } finally {
      tf.dispose(made);
    }
  }

  /** The nearest row of each vector, the lowest of equals. @param vectors [count, dim]. @param rows [size, dim] */
  nearest(vectors: Float32Array, rows: Float32Array, dim: number): Promise<Int32Array<ArrayBuffer>> {
    return nearestRows(this.backend, vectors, rows, dim);
  }

  private tensors(weights: WeightSource): Map<string, Value> {
    const { weightShapes } = this;
    return new Map([...weightShapes].map(([name, shape]) => [name, tf.tensor(weights.get(name).data, [...shape])]));
  }

  private run(vectors: Value, tensors: ReadonlyMap<string, Value>): Value {
    const of = (constant: Constant) => joined(constant, tensors);
    return this.half.run(vectors, {
      conv2d(node, x) {
        const { constants, attrs } = node;
        const weight = of(constants.weight);
        const [out = 0] = weight.shape;
        const inner = weight.size / (out * attrs.kernelSize ** 2);
        // OIHW, or [out, in], to tfjs's HWIO.
        const filter = tf.transpose(tf.reshape(weight, [out, inner, attrs.kernelSize, attrs.kernelSize]), [2, 3, 1, 0]);
        return conv2d(node, x, filter, of(constants.bias));
      },
      groupNorm: (node, x) => groupNorm(node, x, of(node.constants.gamma), of(node.constants.beta)),
    });
  }
}

/** A constant's parts, side by side along the output channels. */
function joined({ parts, combine }: Constant, tensors: ReadonlyMap<string, Value>): Value {
  const values = parts.map((name) => {
    const value = tensors.get(name);
    if (!value) throw new GraphError(`${name} is missing among the weights`);
    return value;
  });
  if (values.length > 1 && combine !== 'concat')
    throw new GraphError(`${parts.join(', ')}: only joined parts can learn`);
  return values.length === 1 ? values[0]! : tf.concat(values, 0);
}
