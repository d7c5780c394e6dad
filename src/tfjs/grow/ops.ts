/** Ops of a decoder that learns: with gradients by what they read and by their weights. The forward values are those of `../ops.ts`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Conv2dNode, GroupNormNode } from '../../graph/ir';
import { turned } from '../latentFit/ops';
import type { Value } from '../values';

/**
 * A convolution of stride 1 with even padding. Its gradient by the input is one, too, which every backend does fast; that by the filter is tfjs's own
 * kernel, which WASM does not have.
 * @param filter [kernel, kernel, in, out]. @throws Error for strides and paddings that decoders do not have
 */
export function conv2d({ name, attrs }: Conv2dNode, x: Value, filter: Value, bias: Value): Value {
  const { stride, kernelSize, pad, upsample } = attrs;
  const { top, left, bottom, right } = pad;
  if (stride !== 1 || upsample !== 1 || ![left, bottom, right].every((side) => side === top))
    throw new Error(
      `${name}: a gradient needs stride 1 and the same padding on all sides, found stride ${stride} and ${[top, left, bottom, right].join(', ')}: choose another tokenizer.`,
    );
  const op = tf.customGrad((...given) => {
    const [input, weights, offset, save] = given as unknown as [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D, tf.GradSaveFunc];
    save([input, weights]);
    const value = tf.fused.conv2d({ x: input, filter: weights, bias: offset, strides: 1, pad: padding(top) });
    const gradFunc = (dy: Value, [seen, used]: Value[]) => {
      const back = { x: dy as tf.Tensor4D, filter: turned(used!) as tf.Tensor4D, strides: 1 };
      return [
        tf.fused.conv2d({ ...back, pad: padding(kernelSize - 1 - top) }),
        byFilter(seen!, dy, used!.shape, top),
        tf.sum(dy, [0, 1, 2]),
      ];
    };
    return { value, gradFunc };
  });
  return op(x, filter, bias);
}

const padding = (pad: number) =>
  (pad
    ? [
        [0, 0],
        [pad, pad],
        [pad, pad],
        [0, 0],
      ]
    : 'valid') as 'valid';

/** tfjs has the kernel, and keeps its op to itself. */
function byFilter(x: Value, dy: Value, filterShape: readonly number[], pad: number): Value {
  const attrs = { strides: [1, 1], pad: padding(pad), dataFormat: 'NHWC', dimRoundingMode: null, filterShape };
  return tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attrs as never);
}

/** Group norm with a gradient by x, gamma and beta (see `../latentFit/ops.ts` for the equation). */
export function groupNorm({ attrs, reads }: GroupNormNode, x: Value, gamma: Value, beta: Value): Value {
  const { groups, eps } = attrs;
  const { shape } = reads.x;
  const [n, h, w, c] = shape;
  const op = tf.customGrad((...given) => {
    const [input, save] = given as unknown as [Value, tf.GradSaveFunc];
    const values = tf.reshape(input, [n, h * w, groups, c / groups]);
    const { mean, variance } = tf.moments(values, [1, 3], true);
    const inverse = tf.rsqrt(tf.add(variance, eps));
    const normed = tf.mul(tf.sub(values, mean), inverse);
    save([normed, inverse]);
    const gradFunc = (dy: Value, [kept, scale]: Value[]) => {
      const g = tf.reshape(dy, [n, h * w, groups, c / groups]);
      const along = tf.mul(kept!, tf.mean(tf.mul(g, kept!), [1, 3], true));
      return tf.reshape(tf.mul(tf.sub(tf.sub(g, tf.mean(g, [1, 3], true)), along), scale!), [...shape]);
    };
    return { value: tf.reshape(normed, [...shape]), gradFunc };
  });
  return tf.add(tf.mul(op(x), gamma), beta);
}
