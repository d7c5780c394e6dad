/** Shapes, fusion and memory of small graphs, without a GPU. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './builder';
import { fuse } from './fuse';
import { tensorsOf, type Constant, type Graph, type LinearNode, type Tensor } from './ir';
import { planMemory } from './memory';
import { constantType, planNode } from './plans';
import { TransformerBuilder } from './transformer';
import { smallTarget } from '../kernels/testing';

const ops = (graph: Graph): string[] => graph.nodes.map(({ op }) => op);

/** input -> body -> output. */
function record(body: (g: GraphBuilder, x: Tensor) => Tensor, options = {}, channels = 8): Graph {
  const g = new GraphBuilder(options);
  g.output('y', body(g, g.input('x', [1, 8, 8, channels], 'elem')));
  return g.finish();
}

const norm = (g: GraphBuilder, name: string, x: Tensor) =>
  g.silu(`${name}.silu`, g.groupNorm(name, x, { groups: 4, eps: 1e-6 }));

function resBlock(g: GraphBuilder, x: Tensor, outChannels: number): Tensor {
  let h = g.conv2d('conv1', norm(g, 'norm1', x), { kernelSize: 3, outChannels });
  h = g.conv2d('conv2', norm(g, 'norm2', h), { kernelSize: 3, outChannels });
  return g.add('add', h, x.shape[3] === outChannels ? x : g.conv2d('shortcut', x, { kernelSize: 1, outChannels }));
}

function attention(g: GraphBuilder, x: Tensor): Tensor {
  const project = (name: string, from: Tensor) => g.conv2d(name, from, { kernelSize: 1, outChannels: 8, linear: true });
  const [q, k, v] = [project('q', x), project('k', x), project('v', x)];
  const weights = g.softmax('softmax', g.matmul('scores', q, k, { transposeB: true, scale: 0.5 }));
  return g.add('add', project('out', g.matmul('mix', weights, v, { grid: [8, 8] })), x);
}

describe('GraphBuilder', () => {
  it('infers shapes', () => {
    const shapeOf = (body: (g: GraphBuilder, x: Tensor) => Tensor) => record(body).outputs.get('y')?.shape;
    expect(shapeOf((g, x) => g.conv2d('c', x, { kernelSize: 3, outChannels: 5 }))).toEqual([1, 8, 8, 5]);
    expect(shapeOf((g, x) => g.conv2d('c', x, { kernelSize: 4, outChannels: 5, stride: 2, pad: 1 }))).toEqual([
      1, 4, 4, 5,
    ]);
    const pad = { top: 0, left: 0, bottom: 1, right: 1 };
    expect(shapeOf((g, x) => g.conv2d('c', x, { kernelSize: 3, outChannels: 5, stride: 2, pad }))).toEqual([
      1, 4, 4, 5,
    ]);
    expect(shapeOf((g, x) => g.spaceToDepth('s', x, 4))).toEqual([1, 2, 2, 128]);
    expect(shapeOf((g, x) => g.depthToSpace('d', x, 2))).toEqual([1, 16, 16, 2]);
    expect(shapeOf((g, x) => g.concat('c', x, g.spaceToDepth('s', x, 4)))).toEqual([1, 8, 8, 136]);
    expect(shapeOf((g, x) => g.matmul('m', x, x, { transposeB: true }))).toEqual([1, 1, 64, 64]);
  });

  it('says which op does not fit', () => {
    const fails = (body: (g: GraphBuilder, x: Tensor) => Tensor) => expect(() => record(body));
    fails((g, x) => g.groupNorm('n', x, { groups: 3, eps: 1 })).toThrow(/n: 8 channels do not divide into 3 groups/);
    fails((g, x) => g.conv2d('c', x, { kernelSize: 4, outChannels: 1 })).toThrow(/c: padding .* is not whole/);
    fails((g, x) => g.add('a', x, g.spaceToDepth('s', x, 2))).toThrow(
      /a: add of \[1, 8, 8, 8\] elem and \[1, 4, 4, 32\]/,
    );
    fails((g, x) => g.concat('c', g.spaceToDepth('s', x, 2), x)).toThrow(
      /c: concat of \[1, 4, 4, 32\] elem and \[1, 8, 8, 8\]/,
    );
    fails((g, x) => g.depthToSpace('d', x, 3)).toThrow(/d: 8 channels are not a multiple of 9/);
    fails((g, x) => g.spaceToDepth('s', x, 3)).toThrow(/s: 8 x 8 is not a multiple of 3/);
    fails((g, x) => g.matmul('m', x, x)).toThrow(/m: .* do not multiply/);
    fails((g, x) => g.l2Normalize('l', x)).toThrow(/l: needs exact f32, x is elem/);
    fails((g, x) => g.pictureIn('p', x)).toThrow(/p: needs integers/);
    expect(() => new GraphBuilder().finish()).toThrow(/without outputs/);
    expect(() => record((g, x) => (g.output('y', x), x))).toThrow(/"y" is taken/);
  });
});

describe('fuse', () => {
  it('makes a ResBlock four ops: 2 x (norm + SiLU, conv), the sum inside the second conv', () => {
    const graph = fuse(
      record((g, x) => resBlock(g, x, 8)),
      'f32',
    );
    expect(ops(graph)).toEqual(['groupNorm', 'conv2d', 'groupNorm', 'conv2d']);
    expect(graph.nodes[3]).toMatchObject({ attrs: { residual: 'add' }, reads: { residual: { name: 'x' } } });
    expect(graph.nodes[0]).toMatchObject({ attrs: { silu: true } });
  });

  it('folds the 1x1 shortcut in too, with the sum of both biases', () => {
    const graph = fuse(
      record((g, x) => resBlock(g, x, 12)),
      'f32',
    );
    expect(ops(graph)).toEqual(['groupNorm', 'conv2d', 'groupNorm', 'conv2d']);
    expect(graph.nodes[3]).toMatchObject({
      name: 'conv2',
      attrs: { residual: 'project' },
      constants: {
        bias: { parts: ['conv2.bias', 'shortcut.bias'], combine: 'sum' },
        residualWeight: { parts: ['shortcut.weight'] },
      },
    });
  });

  it('puts q, k and v side by side', () => {
    const graph = fuse(record(attention), 'f32');
    expect(ops(graph)).toEqual(['conv2d', 'matmul', 'softmax', 'matmul', 'conv2d']);
    expect(graph.nodes[0]?.writes).toMatchObject({ out: { shape: [1, 8, 8, 24] } });
    expect(graph.nodes[1]).toMatchObject({ attrs: { aOffset: 0, bOffset: 8 } });
    expect(graph.nodes[3]).toMatchObject({ attrs: { aOffset: 0, bOffset: 16 } });
    expect(graph.nodes[4]).toMatchObject({ attrs: { residual: 'add' } });
  });

  it('folds upsampling into the conv and SiLU behind it', () => {
    const graph = fuse(
      record((g, x) => g.silu('s', g.conv2d('c', g.upsampleNearest('u', x), { kernelSize: 3, outChannels: 4 }))),
      'f32',
    );
    expect(ops(graph)).toEqual(['conv2d']);
    expect(graph.nodes[0]).toMatchObject({ attrs: { upsample: 2, activation: 'silu' }, reads: { x: { name: 'x' } } });
  });

  it('never folds a tapped tensor away', () => {
    const tapped = (g: GraphBuilder, x: Tensor) => {
      const normed = g.groupNorm('n', x, { groups: 4, eps: 1e-6 });
      g.tap('n', normed);
      return g.silu('s', normed);
    };
    expect(ops(fuse(record(tapped, { taps: true }), 'f32'))).toEqual(['groupNorm', 'silu']);
    expect(ops(fuse(record(tapped), 'f32'))).toEqual(['groupNorm']);
  });

  it('drops casts at f32 only', () => {
    const body = (g: GraphBuilder, x: Tensor) => g.silu('s', g.cast('b', g.cast('a', x, 'f32'), 'elem'));
    expect(ops(fuse(record(body), 'f32'))).toEqual(['silu']);
    expect(ops(fuse(record(body), 'f16'))).toEqual(['cast', 'cast', 'silu']);
  });
});

describe('fuse: linear layers', () => {
  const at = (part: number) => ({ modulation: 8 * part, table: 8 * part });

  /** What a transformer's half block does with x: norm, linear (two where `shared`), gated linear. */
  function half({ taps = false, shared = false } = {}): Graph {
    const g = new TransformerBuilder({ taps });
    const x = g.input('x', [2, 1, 5, 8], 'f32');
    const e = g.input('e', [2, 1, 1, 8], 'f32');
    const table = g.constant('table', [3, 8], 'table');
    const modulation = g.linear('modulation', g.silu('silu', e), { outWidth: 24, exact: true });
    const y = g.layerNorm('norm', x, {
      first: 1,
      eps: 1e-6,
      shift: at(0),
      scale: at(1),
      modulation,
      table,
      grid: [2, 2],
    });
    g.tap('norm', y);
    const inner = g.linear('inner', y, { outWidth: 12, activation: 'gelu' });
    if (shared) g.output('other', g.linear('other', y, { outWidth: 4 }));
    g.output('y', g.linear('outer', inner, { outWidth: 8, exact: true }));
    g.output('z', g.linear('gated', x, { outWidth: 8, residual: { x, gate: at(2), modulation, table } }));
    return g.finish();
  }

  it('takes SiLU and LayerNorm into the layer that reads them', () => {
    const graph = fuse(half(), 'f16');
    expect(graph.nodes.map(({ name }) => name)).toEqual(['modulation', 'inner', 'outer', 'gated']);
    const [modulation, inner] = graph.nodes;
    expect(modulation).toMatchObject({ attrs: { before: 'silu' }, reads: { x: { name: 'e' } } });
    expect(inner).toMatchObject({
      attrs: { activation: 'gelu', gate: null, before: { first: 1, shift: at(0), scale: at(1), type: 'elem' } },
      reads: { x: { name: 'x' }, modulation: { name: 'modulation' } },
      constants: { weight: { parts: ['inner.weight'] }, table: { parts: ['table'] } },
    });
    // x is f32: the weights still follow the precision, as behind a norm of its own.
    expect(constantType(inner!, (inner!.constants as { weight: Constant }).weight, 'f16')).toBe('f16');
    expect(planNode(inner!, 'f16', smallTarget).dispatches).toMatchObject([
      { shader: { name: 'normed_linear' }, variant: 'f16@4x1', workgroups: [1, 1, 2] },
    ]);
  });

  it('leaves a norm that is tapped, or read twice', () => {
    const names = (options: Parameters<typeof half>[0]) => fuse(half(options), 'f32').nodes.map(({ name }) => name);
    expect(names({ taps: true })).toContain('norm');
    expect(names({ shared: true })).toContain('norm');
  });

  it('knows no layer with a norm and a gate', () => {
    const [, inner, , gated] = fuse(half(), 'f32').nodes as LinearNode[];
    const both = { ...gated!, attrs: { ...gated!.attrs, before: inner!.attrs.before } };
    expect(() => planNode(both, 'f32', smallTarget)).toThrow(/gated: .* has a modulation and no gate/);
  });
});

describe('planMemory', () => {
  const sizeOf = ({ shape }: Tensor) => shape.reduce((product, side) => product * side, 4);

  it('reuses buffers, and never reads and writes one in the same op', () => {
    const graph = fuse(
      record((g, x) =>
        attention(g, resBlock(g, resBlock(g, g.conv2d('in', x, { kernelSize: 3, outChannels: 8 }), 12), 8)),
      ),
      'f32',
    );
    const plan = planMemory(graph, sizeOf, ({ op }): Record<string, number> =>
      op === 'groupNorm' ? { stats: 64 } : {},
    );
    const slotOf = (tensor: Tensor) => plan.tensors.get(tensor);
    for (const node of graph.nodes) {
      const read = tensorsOf(node.reads).map(([, tensor]) => slotOf(tensor));
      const written = [
        ...tensorsOf(node.writes).map(([, tensor]) => slotOf(tensor)),
        ...plan.scratch.get(node)!.values(),
      ];
      expect(new Set(written).size).toBe(written.length);
      for (const slot of written) expect(read).not.toContain(slot);
    }
    for (const [tensor, slot] of plan.tensors) expect(plan.slots[slot]).toBeGreaterThanOrEqual(sizeOf(tensor));
    // Input, output, and a few that are passed around.
    expect(plan.slots.length).toBeLessThanOrEqual(7);
  });

  it('gives inputs and outputs slots of their own', () => {
    const graph = record((g, x) => g.silu('c', g.silu('b', g.silu('a', x))));
    const plan = planMemory(graph, sizeOf, () => ({}));
    const slots = [...graph.inputs.values(), ...graph.outputs.values()].map((tensor) => plan.tensors.get(tensor));
    const others = graph.nodes.slice(0, 2).map((node) => plan.tensors.get((node.writes as { out: Tensor }).out));
    expect(new Set(slots).size).toBe(2);
    for (const slot of others) expect(slots).not.toContain(slot);
  });
});
