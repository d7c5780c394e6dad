/** The decoder with gradients by the vectors that it is given; its weights stay as they are. */
import * as tf from '@tensorflow/tfjs-core';
import { constantsOf, type Graph, type Node, type Shape } from '../../graph/ir';
import { DecoderHalf, type WeightedOps } from '../decoderHalf';
import type { TfjsWeights } from '../lower';
import type { Value } from '../values';
import { conv2d, groupNorm, turned } from './ops';

/** A decoder on whatever backend of tfjs is active. */
export class LatentDecoder {
  private readonly half: DecoderHalf;
  /** Filters of the gradients, by node. */
  private readonly backward = new Map<Node, Value>();
  private readonly weighted: WeightedOps;

  /** @throws GraphError as `DecoderHalf` */
  constructor(
    graph: Graph,
    private readonly weights: TfjsWeights,
  ) {
    this.half = new DecoderHalf(graph);
    this.weighted = {
      conv2d: (node, x) => {
        const { weight, bias } = node.constants;
        return conv2d(node, x, weights.get(weight), this.backward.get(node)!, weights.get(bias));
      },
      groupNorm: (node, x) => groupNorm(node, x, weights.get(node.constants.gamma), weights.get(node.constants.beta)),
    };
  }

  /** Of the vectors, [1, h, w, codeDim]. */
  get latentShape(): Shape {
    return this.half.latentShape;
  }

  /** Of the picture, [1, height, width, 3]. */
  get pictureShape(): Shape {
    return this.half.pictureShape;
  }

  /** Makes all weights now, those of the gradients too. */
  prepare(): void {
    for (const node of this.half.nodes) {
      for (const [, constant] of constantsOf(node)) this.weights.get(constant);
      if (node.op === 'conv2d') this.backward.set(node, tf.keep(turned(this.weights.get(node.constants.weight))));
    }
  }

  /** See `DecoderHalf.run`. */
  run(latents: Value): Value {
    return this.half.run(latents, this.weighted);
  }

  dispose(): void {
    for (const filter of this.backward.values()) filter.dispose();
    this.backward.clear();
  }
}
