/** The decoder half of a tokenizer's graph, from the quantizer's vectors to the picture, in ops whose gradients were checked. */
import { GraphError, tensorsOf, type Graph, type Node, type Shape, type Tensor } from '../graph/ir';
import { enlarge, matmul, silu } from './latentFit/ops';
import { runNode } from './ops';
import type { Value } from './values';

/** tfjs's own gradients of these were compared with finite differences; the ops that are written out stand in `step` below. */
const OWN_GRADIENT: readonly Node['op'][] = ['add', 'cast', 'softmax', 'depthToSpace'];

type NodeOf<Op extends Node['op']> = Extract<Node, { op: Op }>;

/** The ops that have weights: what is differentiated decides how they are written. */
export interface WeightedOps {
  conv2d(node: NodeOf<'conv2d'>, x: Value): Value;
  groupNorm(node: NodeOf<'groupNorm'>, x: Value): Value;
}

export class DecoderHalf {
  /** Of the vectors, [1, h, w, codeDim]. */
  readonly latentShape: Shape;
  /** Of the picture, [1, height, width, 3]. */
  readonly pictureShape: Shape;
  readonly nodes: readonly Node[];
  private readonly start: Tensor;
  private readonly end: Tensor;

  /**
   * @param graph codes to a picture in floats: one look-up in one codebook, then the network, which writes "reconstruction"
   * @throws GraphError where the graph is another one
   */
  constructor(graph: Graph) {
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

  /** [1, h, w, codeDim] to [1, height, width, 3], around [-1, 1]; not clipped. Call inside `tf.tidy`. */
  run(vectors: Value, weighted: WeightedOps): Value {
    const values = new Map<Tensor, Value>([[this.start, vectors]]);
    for (const node of this.nodes) {
      const read = (tensor: Tensor): Value => {
        const value = values.get(tensor);
        if (!value) throw new GraphError(`${node.name} reads ${tensor.name}, which the vectors do not lead to`);
        return value;
      };
      const out = step(node, read, weighted);
      for (const [role, tensor] of tensorsOf(node.writes)) if (role === 'out') values.set(tensor, out);
    }
    return values.get(this.end)!;
  }
}

function step(node: Node, read: (tensor: Tensor) => Value, weighted: WeightedOps): Value {
  switch (node.op) {
    case 'conv2d':
      return weighted.conv2d(node, read(node.reads.x));
    case 'groupNorm':
      return weighted.groupNorm(node, read(node.reads.x));
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
