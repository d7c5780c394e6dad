/**
 * Rewrites that save dispatches and memory traffic. None of them changes what is computed: only where it is written.
 * A tensor is folded away only if one op reads it and nobody asked for it (no output, no tap).
 *
 *   GroupNorm, SiLU               one op
 *   conv, SiLU                    one op
 *   nearest upsampling, conv      the conv addresses the small picture
 *   add(conv, x)                  the conv adds x to its result
 *   add(conv, 1x1 conv of x)      the conv projects x and adds it (a ResBlock's shortcut)
 *   1x1 convs of one tensor       one conv, side by side (q, k, v); the matmuls read it with an offset
 *   SiLU, linear                  the linear layer activates its input as it loads it
 *   LayerNorm, linear             the linear layer normalises its input as it loads it
 *   f32 to elem at f32            nothing
 */
import {
  GraphError,
  channelsOf,
  keptTensors,
  tensorsOf,
  type Constant,
  type Conv2dNode,
  type Graph,
  type MatmulNode,
  type Node,
  type Tensor,
} from './ir';

type Pass = (graph: Graph) => Graph;

/** All passes, in the order that lets each see what the one before made. */
export function fuse(graph: Graph, precision: 'f32' | 'f16'): Graph {
  const passes = [foldUpsample, foldActivation, mergeProjections, foldResidual, foldInput];
  return (precision === 'f32' ? [dropCasts, ...passes] : passes).reduce((result, pass) => pass(result), graph);
}

/** Who writes and who reads each tensor. */
class Links {
  readonly producer = new Map<Tensor, Node>();
  readonly readers = new Map<Tensor, Node[]>();
  private readonly kept: ReadonlySet<Tensor>;

  constructor(graph: Graph) {
    this.kept = keptTensors(graph);
    for (const node of graph.nodes) {
      for (const [, tensor] of tensorsOf(node.writes)) this.producer.set(tensor, node);
      for (const [, tensor] of tensorsOf(node.reads))
        this.readers.set(tensor, [...(this.readers.get(tensor) ?? []), node]);
    }
  }

  /** True where `tensor` may vanish into its only reader. */
  private(tensor: Tensor): boolean {
    return !this.kept.has(tensor) && this.readers.get(tensor)?.length === 1;
  }

  isKept(tensor: Tensor): boolean {
    return this.kept.has(tensor);
  }
}

/** Visits every node once; `visit` gives what stands in its place, or null to leave it. `absorbed` nodes go. */
function rewrite(graph: Graph, visit: (node: Node, links: Links, absorbed: Set<Node>) => Node | null): Graph {
  const links = new Links(graph);
  const absorbed = new Set<Node>();
  const replaced = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const made = absorbed.has(node) ? null : visit(node, links, absorbed);
    if (made) replaced.set(node, made);
  }
  const nodes = graph.nodes.filter((node) => !absorbed.has(node)).map((node) => replaced.get(node) ?? node);
  return { ...graph, nodes };
}

const foldUpsample: Pass = (graph) =>
  rewrite(graph, (node, links, absorbed) => {
    if (node.op !== 'conv2d') return null;
    const up = links.producer.get(node.reads.x);
    if (up?.op !== 'upsampleNearest' || up.attrs.factor !== 2 || !links.private(node.reads.x)) return null;
    absorbed.add(up);
    return { ...node, attrs: { ...node.attrs, upsample: 2 }, reads: { ...node.reads, x: up.reads.x } };
  });

/** The norm or conv takes the SiLU's place, so that every op still comes after what it reads. */
const foldActivation: Pass = (graph) =>
  rewrite(graph, (node, links, absorbed) => {
    if (node.op !== 'silu') return null;
    const before = links.producer.get(node.reads.x);
    if (!before || absorbed.has(before) || !links.private(node.reads.x)) return null;
    if (before.op === 'groupNorm') {
      absorbed.add(before);
      return { ...before, attrs: { ...before.attrs, silu: true }, writes: node.writes };
    }
    if (before.op === 'conv2d' && before.attrs.residual === 'none') {
      absorbed.add(before);
      return { ...before, attrs: { ...before.attrs, activation: 'silu' }, writes: node.writes };
    }
    return null;
  });

const isPointwise = ({ attrs }: Conv2dNode): boolean => attrs.kernelSize === 1 && isPlain(attrs) && attrs.stride === 1;

const isPlain = (attrs: Conv2dNode['attrs']): boolean =>
  attrs.residual === 'none' && attrs.activation === 'none' && attrs.upsample === 1;

const foldResidual: Pass = (graph) => {
  const order = new Map(graph.nodes.map((node, index) => [node, index]));
  return rewrite(graph, (node, links, absorbed) => {
    if (node.op !== 'add') return null;
    const foldable = (tensor: Tensor): Conv2dNode[] => {
      const made = links.producer.get(tensor);
      const fits = made?.op === 'conv2d' && made.attrs.residual === 'none' && links.private(tensor);
      return fits && tensor.type === 'elem' && !absorbed.has(made) ? [made] : [];
    };
    const { a, b } = node.reads;
    const candidates = [...foldable(a), ...foldable(b)];
    // The wider kernel hosts the sum; of two alike, the later one.
    const rank = (conv: Conv2dNode) => conv.attrs.kernelSize * graph.nodes.length + (order.get(conv) ?? 0);
    const host = candidates.sort((p, q) => rank(q) - rank(p))[0];
    if (!host) return null;
    absorbed.add(host);
    const residual = host.writes.out === a ? b : a;
    const shortcut = candidates.find((conv) => conv !== host && conv.writes.out === residual && isPointwise(conv));
    const into = { ...host, writes: node.writes };
    if (!shortcut) return { ...into, attrs: { ...host.attrs, residual: 'add' }, reads: { ...host.reads, residual } };
    absorbed.add(shortcut);
    return {
      ...into,
      attrs: { ...host.attrs, residual: 'project' },
      reads: { ...host.reads, residual: shortcut.reads.x },
      constants: {
        weight: host.constants.weight,
        bias: combine('sum', [host.constants.bias, shortcut.constants.bias]),
        residualWeight: shortcut.constants.weight,
      },
    };
  });
};

/** A gated layer keeps its norm outside: it has one modulation and one table, the gate's. */
const foldInput: Pass = (graph) =>
  rewrite(graph, (node, links, absorbed) => {
    if (node.op !== 'linear' || node.attrs.before !== 'none') return null;
    const before = links.producer.get(node.reads.x);
    if (!before || !links.private(node.reads.x)) return null;
    if (before.op === 'silu') {
      absorbed.add(before);
      return { ...node, attrs: { ...node.attrs, before: 'silu' }, reads: { ...node.reads, x: before.reads.x } };
    }
    if (before.op !== 'layerNorm' || node.attrs.gate) return null;
    absorbed.add(before);
    return {
      ...node,
      attrs: { ...node.attrs, before: { ...before.attrs, type: before.writes.out.type } },
      reads: before.reads,
      constants: { ...node.constants, ...before.constants },
    };
  });

function combine(how: Constant['combine'], constants: readonly Constant[]): Constant {
  const [first] = constants;
  if (!first || constants.some(({ shape }) => shape.join() !== first.shape.join()))
    throw new GraphError(`cannot ${how} constants of different shapes`);
  return { ...first, combine: how, parts: constants.flatMap(({ parts }) => parts) };
}

/** q, k and v: 1x1 convs of one tensor, whose results go into matmuls only. */
const mergeProjections: Pass = (graph) => {
  const links = new Links(graph);
  const replacement = new Map<Node, Node | null>();
  const moved = new Map<Tensor, { merged: Tensor; offset: number }>();
  let nextId = 1 + Math.max(...graph.nodes.flatMap((node) => tensorsOf(node.writes).map(([, { id }]) => id)));
  for (const [x, readers] of links.readers) {
    const group = readers.filter(
      (node): node is Conv2dNode =>
        node.op === 'conv2d' &&
        isPointwise(node) &&
        !links.isKept(node.writes.out) &&
        (links.readers.get(node.writes.out) ?? []).every(({ op }) => op === 'matmul'),
    );
    const [first] = group;
    const width = first ? channelsOf(first.writes.out) : 0;
    // An offset inside a row must be a multiple of four elements.
    const alike = group.every(({ writes: { out } }) => channelsOf(out) === width && out.type === 'elem');
    if (!first || group.length < 2 || width % 4 || !alike) continue;
    const [n, h, w] = x.shape;
    const shape = [n, h, w, width * group.length] as const;
    const merged: Tensor = { id: nextId++, name: `${first.name}+${group.length - 1}`, shape, type: 'elem' };
    replacement.set(first, {
      ...first,
      name: merged.name,
      writes: { out: merged },
      constants: {
        weight: combine(
          'concat',
          group.map(({ constants }) => constants.weight),
        ),
        bias: combine(
          'concat',
          group.map(({ constants }) => constants.bias),
        ),
      },
    });
    group.forEach((node, i) => {
      if (i) replacement.set(node, null);
      moved.set(node.writes.out, { merged, offset: i * width });
    });
  }
  const nodes = graph.nodes.flatMap((node) => {
    const made = replacement.get(node);
    if (made !== undefined) return made ? [made] : [];
    return [node.op === 'matmul' ? redirect(node, moved) : node];
  });
  return { ...graph, nodes };
};

function redirect(node: MatmulNode, moved: ReadonlyMap<Tensor, { merged: Tensor; offset: number }>): MatmulNode {
  const a = moved.get(node.reads.a);
  const b = moved.get(node.reads.b);
  return {
    ...node,
    attrs: { ...node.attrs, aOffset: a?.offset ?? node.attrs.aOffset, bOffset: b?.offset ?? node.attrs.bOffset },
    reads: { a: a?.merged ?? node.reads.a, b: b?.merged ?? node.reads.b },
  };
}

/** At f32, 'elem' is f32: who reads the cast reads its input instead. */
const dropCasts: Pass = (graph) => {
  const kept = keptTensors(graph);
  const source = new Map<Tensor, Tensor>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const reads = Object.fromEntries(
      tensorsOf(node.reads).map(([role, tensor]) => [role, source.get(tensor) ?? tensor]),
    );
    const redirected = { ...node, reads } as Node;
    if (redirected.op === 'cast' && !kept.has(redirected.writes.out))
      source.set(redirected.writes.out, redirected.reads.x);
    else nodes.push(redirected);
  }
  return { ...graph, nodes };
};
