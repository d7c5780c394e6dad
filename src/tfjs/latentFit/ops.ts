/**
 * Ops of a decoder with gradients by their input alone, written out. tfjs's own gradient of a fused convolution also makes that of the filter (no
 * WASM kernel has it), that of nearest enlargement is wrong on WebGPU and missing on WASM, and those of products run in plain loops on WASM.
 * The forward values are those of `../ops.ts`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Conv2dNode, GroupNormNode, MatmulNode } from '../../graph/ir';
import type { Value } from '../values';

type Gradient = (dy: Value, saved: Value[]) => Value;

/** `forward` with the gradient `backward(dy, saved)`; what is passed to `save` is there when it is asked for. */
function withGradient(
  x: Value,
  forward: (x: Value, save: (kept: Value[]) => void) => Value,
  backward: Gradient,
): Value {
  const op = tf.customGrad((...given) => {
    const [input, save] = given as unknown as [Value, tf.GradSaveFunc];
    return { value: forward(input, save), gradFunc: backward };
  });
  return op(x);
}

const as4d = (x: Value): tf.Tensor4D => x as tf.Tensor4D;

const convolve = (x: Value, filter: Value, pad: number, bias?: Value): Value =>
  tf.fused.conv2d({
    ...{ x: as4d(x), filter: as4d(filter), strides: 1 },
    pad: pad
      ? ([
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ] as never)
      : 'valid',
    ...(bias && { bias }),
  });

/** Filter of the gradient by the input: turned by half a turn, inputs and outputs exchanged. [kh, kw, out, in] */
export const turned = (filter: Value): Value => tf.tidy(() => tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]));

/**
 * A convolution of stride 1 with even padding: its gradient is one, too, which every backend does fast.
 * @param back `turned(filter)`. @throws Error for strides and paddings that decoders do not have
 */
export function conv2d({ name, attrs }: Conv2dNode, x: Value, filter: Value, back: Value, bias: Value): Value {
  const { stride, kernelSize, pad, upsample } = attrs;
  const { top, left, bottom, right } = pad;
  if (stride !== 1 || upsample !== 1 || ![left, bottom, right].every((side) => side === top))
    throw new Error(
      `${name}: a gradient needs stride 1 and the same padding on all sides, found stride ${stride} and ${[top, left, bottom, right].join(', ')}: choose another tokenizer.`,
    );
  return withGradient(
    x,
    (input) => convolve(input, filter, top, bias),
    (dy) => convolve(dy, back, kernelSize - 1 - top),
  );
}

/** x sigmoid(x). */
export const silu = (x: Value): Value =>
  withGradient(
    x,
    (input, save) => {
      const gate = tf.sigmoid(input);
      save([input, gate]);
      return tf.mul(input, gate);
    },
    (dy, [input, gate]) => tf.mul(dy, tf.mul(gate!, tf.add(tf.mul(input!, tf.sub(1, gate!)), 1))),
  );

/**
 * With x' = (x - mean) / deviation over a group and g = dy * gamma: dx = (g - mean(g) - x' mean(g x')) / deviation
 * (Wu and He 2018; the gradient as for batch normalisation, Ioffe and Szegedy 2015, section 3).
 */
export function groupNorm({ attrs, reads }: GroupNormNode, x: Value, gamma: Value, beta: Value): Value {
  const { groups, eps } = attrs;
  const { shape } = reads.x;
  const [n, h, w, c] = shape;
  const grouped = (value: Value) => tf.reshape(value, [n, h * w, groups, c / groups]);
  return withGradient(
    x,
    (input, save) => {
      const values = grouped(input);
      const { mean, variance } = tf.moments(values, [1, 3], true);
      const inverse = tf.rsqrt(tf.add(variance, eps));
      const normed = tf.mul(tf.sub(values, mean), inverse);
      save([normed, inverse]);
      return tf.add(tf.mul(tf.reshape(normed, [...shape]), gamma), beta);
    },
    (dy, [normed, inverse]) => {
      const g = grouped(tf.mul(dy, gamma));
      const along = tf.mul(normed!, tf.mean(tf.mul(g, normed!), [1, 3], true));
      return tf.reshape(tf.mul(tf.sub(tf.sub(g, tf.mean(g, [1, 3], true)), along), inverse!), [...shape]);
    },
  );
}

/** Each pixel `factor` times a side; the gradient is the sum over each block. */
export function enlarge(x: Value, factor: number): Value {
  const [, h = 0, w = 0] = x.shape;
  return withGradient(
    x,
    (input) => tf.image.resizeNearestNeighbor(as4d(input), [h * factor, w * factor]),
    (dy) => tf.mul(tf.avgPool(as4d(dy), factor, factor, 'valid'), factor * factor),
  );
}

/** Products of matrices [n, rows, columns], both factors with a gradient. */
function product(a: Value, b: Value): Value {
  const op = tf.customGrad((...given) => {
    const [left, right, save] = given as unknown as [tf.Tensor3D, tf.Tensor3D, tf.GradSaveFunc];
    save([left, right]);
    const flip = (value: Value) => tf.transpose(value, [0, 2, 1]);
    const gradFunc = (dy: Value, [p, q]: Value[]) => [tf.matMul(dy, flip(q!)), tf.matMul(flip(p!), dy)];
    return { value: tf.matMul(left, right), gradFunc };
  });
  return op(a, b);
}

/** As in the graph: scale * a b, b transposed where it says so. */
export function matmul({ attrs, writes: { out } }: MatmulNode, a: Value, b: Value): Value {
  const matrices = (value: Value) => {
    const [n = 1, h = 1, w = 1, c = 1] = value.shape;
    return tf.reshape(value, [n, h * w, c]);
  };
  const right = attrs.transposeB ? tf.transpose(matrices(b), [0, 2, 1]) : matrices(b);
  const scaled = attrs.scale === 1 ? matrices(a) : tf.mul(matrices(a), attrs.scale);
  return tf.reshape(product(scaled, right), [...out.shape]);
}
