/** The decoder half of a tokenizer's graph, from the quantizer's vectors to the picture, with gradients by those vectors. */
import * as tf from '@tensorflow/tfjs-core';
import { constantsOf, GraphError, tensorsOf, type Graph, type Node, type Shape, type Tensor } from '../../graph/ir';
import type { TfjsWeights } from '../lower';
import { runNode } from '../ops';
import type { Value } from '../values';
import { conv2d, enlarge, groupNorm, matmul, silu, turned } from './ops';

/** tfjs's own gradients of these were compared with finite differences; the ops that are written out stand in `run` below. */
const OWN_GRADIENT: readonly Node['op'][] = ['add', 'cast', 'softmax', 'depthToSpace'];

/** A decoder on whatever backend of tfjs is active. */
export class LatentDecoder {
  /** Of the vectors, [1, h, w, codeDim]. */
  readonly latentShape: Shape;
  /** Of the picture, [1, height, width, 3]. */
  readonly pictureShape: Shape;
  private readonly nodes: readonly Node[];
  private readonly start: Tensor;
  private readonly end: Tensor;
  /** Filters of the gradients, by node. */
  private readonly backward = new Map<Node, Value>();

  /**
   * @param graph codes to a picture in floats: one look-up in one codebook, then the network, which writes "reconstruction"
   * @throws GraphError where the graph is another one
   */
  constructor(
    graph: Graph,
    private readonly weights: TfjsWeights,
  ) {
    const lookups = graph.nodes.filter(({ op }) => op === 'gatherCodes' || op === 'fsqCodes');
    const [lookup] = lookups;
    const end = graph.outputs.get('reconstruction');
    if (lookups.length !== 1 || lookup?.op !== 'gatherCodes' || !end)
      throw new GraphError(
        `latents are fitted through one codebook to a picture in floats; this graph has ${lookups.length} look-up(s) (${lookups.map(({ op }) => op).join(', ')}) and writes ${[...graph.outputs.keys()].join(', ')}`,
      );
    this.start = lookup.writes.out;
    this.end = end;
    this.latentShape = this.start.shape;
    this.pictureShape = end.shape;
    this.nodes = graph.nodes.slice(graph.nodes.indexOf(lookup) + 1);
  }

  /** Makes all weights now, those of the gradients too. */
  prepare(): void {
    for (const node of this.nodes) {
      for (const [, constant] of constantsOf(node)) this.weights.get(constant);
      if (node.op === 'conv2d') this.backward.set(node, tf.keep(turned(this.weights.get(node.constants.weight))));
    }
  }

  /** [1, h, w, codeDim] to [1, height, width, 3], around [-1, 1]; not clipped. Call inside `tf.tidy`. */
  run(latents: Value): Value {
    const values = new Map<Tensor, Value>([[this.start, latents]]);
    for (const node of this.nodes) {
      const read = (tensor: Tensor): Value => {
        const value = values.get(tensor);
        if (!value) throw new GraphError(`${node.name} reads ${tensor.name}, which the vectors do not lead to`);
        return value;
      };
      for (const [role, tensor] of tensorsOf(node.writes))
        if (role === 'out') values.set(tensor, this.step(node, read));
    }
    return values.get(this.end)!;
  }

  dispose(): void {
    for (const filter of this.backward.values()) filter.dispose();
    this.backward.clear();
  }

  private step(node: Node, read: (tensor: Tensor) => Value): Value {
    const weight = (constant: Parameters<TfjsWeights['get']>[0]) => this.weights.get(constant);
    switch (node.op) {
      case 'conv2d': {
        const { constants, reads } = node;
        return conv2d(node, read(reads.x), weight(constants.weight), this.backward.get(node)!, weight(constants.bias));
      }
      case 'groupNorm':
        return groupNorm(node, read(node.reads.x), weight(node.constants.gamma), weight(node.constants.beta));
      case 'silu':
        return silu(read(node.reads.x));
      case 'upsampleNearest':
        return enlarge(read(node.reads.x), node.attrs.factor);
      case 'matmul':
        return matmul(node, read(node.reads.a), read(node.reads.b));
      default: {
        if (!OWN_GRADIENT.includes(node.op))
          throw new GraphError(`${node.name}: no gradient of ${node.op} was checked, so none is used`);
        const reads = tensorsOf(node.reads).map(([role, tensor]) => [role, read(tensor)] as const);
        const { out } = runNode(node, Object.fromEntries(reads));
        if (!out) throw new GraphError(`${node.name}: ${node.op} wrote nothing`);
        return out;
      }
    }
  }
}
