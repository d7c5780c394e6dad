/** The ops of the static graph in tfjs calls, NHWC, one function an op. */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf, type Conv2dNode, type GroupNormNode, type MatmulNode, type Node, type Tensor } from '../graph/ir';
import { runTransformerNode } from './transformerOps';
import type { Value, Values } from './values';

const as4d = (x: Value): tf.Tensor4D => x as tf.Tensor4D;

const silu = (x: Value): Value => tf.mul(x, tf.sigmoid(x));

/** At most this many distances at once: [N, K] of a large codebook would not fit. */
const MAX_DISTANCES = 2 ** 22;

function conv2d({ attrs }: Conv2dNode, values: Values): Value {
  const { stride, pad } = attrs;
  const { top, left, bottom, right } = pad;
  let x = as4d(values.x!);
  const symmetric = top === bottom && left === right;
  // Uneven padding is done by hand: not every backend's convolution honours it.
  if (!symmetric)
    x = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
  const explicit: [number, number][] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return tf.fused.conv2d({
    x,
    filter: as4d(values.weight!),
    strides: stride,
    pad: symmetric && (top || left) ? (explicit as never) : 'valid',
    bias: values.bias!,
  });
}

function groupNorm({ attrs: { groups, eps }, reads: { x } }: GroupNormNode, values: Values): Value {
  const [n, h, w, c] = x.shape;
  const grouped = tf.reshape(values.x!, [n, h * w, groups, c / groups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  const normed = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, eps)));
  return tf.add(tf.mul(tf.reshape(normed, [n, h, w, c]), values.gamma!), values.beta!);
}

function matmul({ attrs, writes: { out } }: MatmulNode, values: Values): Value {
  const matrices = (value: Value) => {
    const [n, h, w, c] = value.shape as [number, number, number, number];
    return tf.reshape<tf.Rank.R3>(value, [n, h * w, c]);
  };
  const product = tf.matMul(matrices(values.a!), matrices(values.b!), false, attrs.transposeB);
  return tf.reshape(attrs.scale === 1 ? product : tf.mul(product, attrs.scale), [...out.shape]);
}

/** PyTorch's channel order: c, dy, dx. tf.depthToSpace has dy, dx, c. */
function depthToSpace(value: Value, { shape: [n, h, w, c] }: Tensor, factor: number): Value {
  const depth = c / (factor * factor);
  const split = tf.reshape(value, [n * h, w, depth, factor, factor]);
  return tf.reshape(tf.transpose(split, [0, 3, 1, 4, 2]), [n, h * factor, w * factor, depth]);
}

function spaceToDepth(value: Value, { shape: [n, h, w, c] }: Tensor, factor: number): Value {
  const split = tf.reshape(value, [(n * h) / factor, factor, w / factor, factor, c]);
  return tf.reshape(tf.transpose(split, [0, 2, 4, 1, 3]), [n, h / factor, w / factor, c * factor * factor]);
}

/**
 * Nearest code, the lowest index on ties, in slices of the codebook. tfjs's argMin does not give the lowest index on
 * WebGPU; the smallest index among the minima does.
 */
export function nearestCode(latents: Value, codebook: Value, count: number): { indices: Value; distances: Value } {
  const [size, dim] = codebook.shape as [number, number];
  const rows = tf.reshape<tf.Rank.R2>(latents, [count, dim]);
  const slice = Math.max(1, Math.min(size, Math.floor(MAX_DISTANCES / count)));
  let best: Value | null = null;
  let index: Value | null = null;
  for (let start = 0; start < size; start += slice) {
    const length = Math.min(slice, size - start);
    const codes = tf.slice(codebook, [start, 0], [length, dim]) as tf.Tensor2D;
    const lengths = tf.sum(tf.square(codes), 1);
    const scores = tf.sub(lengths, tf.mul(tf.matMul(rows, codes, false, true), 2));
    const least = tf.min(scores, 1, true);
    const numbers = tf.range(start, start + length, 1, 'float32');
    const first = tf.min(tf.where(tf.equal(scores, least), numbers, size), 1, true);
    if (!best || !index) [best, index] = [least, first];
    else {
      // Strictly less: an equal code of a later slice has the higher index.
      index = tf.where(tf.less(least, best), first, index);
      best = tf.minimum(least, best);
    }
  }
  // NaN is equal to nothing: index `size` stands for it, and 0 is what the kernels answer.
  const found = tf.where(tf.equal(index!, size), tf.zerosLike(index!), index!);
  const distances = tf.add(best!, tf.sum(tf.square(rows), 1, true));
  return { indices: tf.cast(tf.reshape(found, [count]), 'int32'), distances: tf.relu(distances) };
}

interface FsqTables {
  half: tf.Tensor1D;
  offset: tf.Tensor1D;
  shift: tf.Tensor1D;
  width: tf.Tensor1D;
  basis: tf.Tensor1D;
  sizes: tf.Tensor1D;
}

/** Mentzer et al. 2023; see docs/model-format.md. */
function fsqTables(levels: readonly number[]): FsqTables {
  const half = levels.map((size) => ((size - 1) * (1 + 1e-3)) / 2);
  const offset = levels.map((size) => (size % 2 ? 0 : 0.5));
  return {
    half: tf.tensor1d(half),
    offset: tf.tensor1d(offset),
    shift: tf.tensor1d(half.map((value, i) => Math.atanh((offset[i] ?? 0) / value))),
    width: tf.tensor1d(levels.map((size) => Math.floor(size / 2))),
    basis: tf.tensor1d(levels.map((_, i) => levels.slice(0, i).reduce((product, size) => product * size, 1))),
    sizes: tf.tensor1d([...levels]),
  };
}

function fsq(latents: Value, levels: readonly number[]): { indices: Value; out: Value } {
  const { half, offset, shift, width, basis } = fsqTables(levels);
  const q = tf.round(tf.sub(tf.mul(tf.tanh(tf.add(latents, shift)), half), offset));
  const digits = tf.mul(tf.add(q, width), basis);
  return { indices: tf.cast(tf.sum(digits, -1, true), 'int32'), out: tf.div(q, width) };
}

function fsqCodes(indices: Value, levels: readonly number[]): Value {
  const { width, basis, sizes } = fsqTables(levels);
  // Half a step keeps the quotient of two whole f32 numbers on the right side of its floor.
  const steps = tf.floor(tf.div(tf.add(tf.cast(indices, 'float32'), 0.5), basis));
  const digits = tf.sub(steps, tf.mul(tf.floor(tf.div(tf.add(steps, 0.5), sizes)), sizes));
  return tf.div(tf.sub(digits, width), width);
}

/** Runs one node; gives its results by role. Call inside `tf.tidy`. */
export function runNode(node: Node, values: Values): Record<string, Value> {
  switch (node.op) {
    case 'conv2d':
      return { out: conv2d(node, values) };
    case 'groupNorm':
      return { out: groupNorm(node, values) };
    case 'matmul':
      return { out: matmul(node, values) };
    case 'softmax':
      return { out: tf.softmax(values.x!) };
    case 'silu':
      return { out: silu(values.x!) };
    case 'add':
      return { out: tf.add(values.a!, values.b!) };
    case 'sub':
      return { out: tf.sub(values.a!, values.b!) };
    case 'cast':
      return { out: tf.clone(values.x!) };
    case 'linear':
    case 'layerNorm':
    case 'attention':
    case 'attentionCached':
    case 'embedTokens':
    case 'embedWindow':
    case 'embedLatents':
      return { out: runTransformerNode(node, values) };
    case 'upsampleNearest': {
      const [, h, w] = node.writes.out.shape;
      return { out: tf.image.resizeNearestNeighbor(as4d(values.x!), [h, w]) };
    }
    case 'spaceToDepth':
      return { out: spaceToDepth(values.x!, node.reads.x, node.attrs.factor) };
    case 'depthToSpace':
      return { out: depthToSpace(values.x!, node.reads.x, node.attrs.factor) };
    case 'concat': {
      const [, h, w] = node.reads.a.shape;
      const b = node.attrs.scale === 1 ? values.b! : tf.image.resizeNearestNeighbor(as4d(values.b!), [h, w]);
      return { out: tf.concat([values.a!, b], 3) };
    }
    case 'l2Normalize':
      return { out: tf.div(values.x!, tf.maximum(tf.norm(values.x!, 2, -1, true), node.attrs.eps)) };
    case 'nearestCode': {
      const { indices, distances } = nearestCode(values.latents!, values.codebook!, rowsOf(node.reads.latents));
      const { writes } = node;
      return {
        indices: tf.reshape(indices, [...writes.indices.shape]),
        distances: tf.reshape(distances, [...writes.distances.shape]),
      };
    }
    case 'gatherCodes': {
      const flat = tf.reshape<tf.Rank.R1>(values.indices!, [rowsOf(node.reads.indices)]);
      return { out: tf.reshape(tf.gather(values.codebook!, flat), [...node.writes.out.shape]) };
    }
    case 'fsq':
      return fsq(values.latents!, node.attrs.levels);
    case 'fsqCodes':
      return { out: fsqCodes(values.indices!, node.attrs.levels) };
    case 'pictureIn': {
      const rgb = tf.slice(values.pixels!, [0, 0, 0, 0], [...node.reads.pixels.shape.slice(0, 3), 3]);
      return { out: tf.sub(tf.div(rgb, 127.5), 1) };
    }
    case 'pictureOut':
      return { pixels: tf.round(tf.mul(tf.add(tf.clipByValue(values.x!, -1, 1), 1), 127.5)) };
    case 'resample':
      return { out: resample(values) };
  }
}

/** Both passes as matrix products with the tables written out; 8 bits between them. */
function resample(values: Values): Value {
  const to8 = (x: Value) => tf.round(tf.clipByValue(x, 0, 255));
  const picture = tf.squeeze(values.pixels!, [0]);
  const [h, w] = picture.shape as [number, number, number];
  const across = tf.transpose(picture, [2, 0, 1]) as tf.Tensor3D;
  const pass = (x: tf.Tensor3D, weights: tf.Tensor2D) =>
    to8(tf.matMul(x, tf.tile(tf.expandDims(weights, 0), [x.shape[0], 1, 1]), false, true));
  const wide = pass(across, dense(values.weightsX!, values.startsX!, w));
  const tall = pass(tf.transpose(wide, [0, 2, 1]) as tf.Tensor3D, dense(values.weightsY!, values.startsY!, h));
  return tf.expandDims(tf.transpose(tall, [2, 1, 0]), 0);
}

/** [outSize, inSize] of the compact table. */
function dense(weights: Value, starts: Value, inSize: number): tf.Tensor2D {
  const outSize = starts.size;
  const taps = weights.size / outSize;
  const columns = tf.add(tf.expandDims(starts, 1), tf.range(0, taps, 1, 'int32'));
  const hot = tf.oneHot(tf.cast(tf.reshape(columns, [-1]), 'int32'), inSize);
  return tf.sum(tf.mul(tf.reshape(hot, [outSize, taps, inSize]), tf.reshape(weights, [outSize, taps, 1])), 1);
}
