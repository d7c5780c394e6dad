/** Each gradient that is written out, against finite differences of its own forward values. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Conv2dNode, GroupNormNode, MatmulNode, Shape } from '../../graph/ir';
import { GraphBuilder } from '../../graph/builder';
import { activate } from '../backends';
import { openTfjs } from '../device';
import type { Value } from '../values';
import { conv2d, enlarge, groupNorm, matmul, silu, turned } from './ops';
import { dot, slopeAlong, wave } from './testing';

const tensor = (shape: readonly number[], step: number): Value =>
  tf.tensor(
    wave(
      shape.reduce((product, side) => product * side, 1),
      step,
    ),
    [...shape],
  );

/** The node that `record` makes of an input of `shape`, with its twin `other`. */
function nodeOf<N>(shape: Shape, record: (g: GraphBuilder, x: ReturnType<GraphBuilder['input']>) => unknown): N {
  const g = new GraphBuilder();
  g.segment('test');
  record(g, g.input('x', shape, 'elem'));
  return g.finish().nodes.at(-1) as N;
}

const convOf = (shape: Shape, kernelSize: 1 | 3 | 4, stride: 1 | 2 = 1, pad?: number) =>
  nodeOf<Conv2dNode>(shape, (g, x) =>
    g.output('y', g.conv2d('conv', x, { kernelSize, outChannels: 5, stride, ...(pad !== undefined && { pad }) })),
  );

/** An op whose other inputs are made now: what is made while a gradient is taken is gone when it is used. */
type MakeOp = () => (x: Value) => Value;

const convolved = (kernelSize: 1 | 3): MakeOp => {
  const node = convOf([1, 5, 7, 6], kernelSize);
  return () => {
    const filter = tensor([kernelSize, kernelSize, 6, 5], 0.317);
    const [back, bias] = [turned(filter), tensor([5], 0.21)];
    return (x) => conv2d(node, x, filter, back, bias);
  };
};

const normed: MakeOp = () => {
  const [gamma, beta] = [tensor([6], 0.43), tensor([6], 0.11)];
  return (x) => groupNorm(norm, x, gamma, beta);
};

const multiplied = (transposeB: boolean): MakeOp => {
  const node = product(transposeB);
  return () => {
    const other = tensor(transposeB ? [1, 5, 7, 6] : [1, 2, 3, 4], 0.19);
    return (x) => (transposeB ? matmul(node, other, x) : matmul(node, x, other));
  };
};

const norm = nodeOf<GroupNormNode>([1, 5, 7, 6], (g, x) =>
  g.output('y', g.groupNorm('norm', x, { groups: 3, eps: 1e-6 })),
);
const product = (transposeB: boolean) =>
  nodeOf<MatmulNode>([1, 5, 7, 6], (g, x) => {
    const weights = g.input('weights', transposeB ? [1, 5, 7, 6] : [1, 2, 3, 4], 'elem');
    const options = transposeB ? { transposeB, scale: 0.4 } : { grid: [5, 7] as [number, number] };
    g.output('y', g.matmul('matmul', x, weights, options));
  });

const OPS: readonly (readonly [string, MakeOp])[] = [
  ['a 1 x 1 convolution', convolved(1)],
  ['a 3 x 3 convolution', convolved(3)],
  ['SiLU', () => silu],
  ['a group norm', normed],
  ['nearest enlargement by 2', () => (x) => enlarge(x, 2)],
  ['a product by its left factor', multiplied(false)],
  ['a product by its transposed factor', multiplied(true)],
  ['a product by both factors', () => (x) => matmul(product(true), x, x)],
];

describe.each(['cpu', 'wasm'] as const)('gradients on tfjs %s', (name) => {
  beforeAll(async () => {
    await openTfjs(name);
    await activate(name);
  });

  it.each(OPS)('%s', async (_, op) => {
    const shape = [1, 5, 7, 6];
    const x = wave(210, 0.0731);
    const run = op();
    const weights = tensor(run(tf.tensor(x, shape)).shape, 0.0913);
    const weighted = (z: Value) => tf.sum<tf.Scalar>(tf.mul(run(z), weights));
    const gradient = tf.tidy(() => tf.grad(weighted)(tf.tensor(x, shape)).dataSync() as Float32Array);
    const at = (z: Float32Array) => Promise.resolve(tf.tidy(() => weighted(tf.tensor(z, shape)).dataSync()[0]!));
    for (const step of [0.0173, 0.0519, 0.1931]) {
      const direction = wave(x.length, step);
      const slope = await slopeAlong(at, x, direction, 0.01);
      const lengths = Math.sqrt(dot(gradient, gradient) * dot(direction, direction));
      expect(Math.abs(slope - dot(gradient, direction)) / lengths).toBeLessThan(5e-4);
    }
  });

  it('takes no convolution that its gradient would be wrong for', () => {
    const filter = tensor([3, 3, 6, 5], 0.3);
    const strided = convOf([1, 4, 4, 6], 3, 2, 1);
    expect(() => conv2d(strided, tensor([1, 4, 4, 6], 0.1), filter, turned(filter), tensor([5], 0.2))).toThrow(
      /conv: .*stride 1.*found stride 2/,
    );
  });
});
