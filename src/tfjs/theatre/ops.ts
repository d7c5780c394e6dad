/** What a quantizer needs of gradients beyond tfjs: losses that push one side only, and ways around a step that has no slope. */
import * as tf from '@tensorflow/tfjs-core';
import type { Value } from '../values';

/** Kept away from 0: a vector without a direction. */
const LEAST_LENGTH = 1e-6;

type Gradient = (dy: Value, saved: Value[]) => Value;

/** An op of `x` alone. `forward` hands `save` what `backward` needs: nothing else is there by then. */
function withGradient(x: Value, forward: (x: Value, save: (kept: Value[]) => void) => Value, backward: Gradient) {
  const op = tf.customGrad((...given) => {
    const [input, save] = given as unknown as [Value, tf.GradSaveFunc];
    return { value: forward(input, save), gradFunc: backward };
  });
  return op(x);
}

/** Mean of (x - fixed)^2 over all values, a scalar. No gradient goes to `fixed`. */
export const meanSquare = (x: Value, fixed: Value): tf.Scalar =>
  withGradient(
    x,
    (input, save) => {
      const difference = tf.sub(input, fixed);
      save([difference]);
      return tf.mean(tf.square(difference));
    },
    (dy, [difference]) => tf.mul(difference!, tf.mul(dy, 2 / difference!.size)),
  ) as tf.Scalar;

/** `quantized` going forward; going back, its gradient is that of `latents` (Bengio et al. 2013; van den Oord et al. 2017, section 3.2). */
export const straightThrough = (latents: Value, quantized: Value): Value =>
  withGradient(
    latents,
    () => tf.clone(quantized),
    (dy) => dy,
  );

const dot = (a: Value, b: Value): Value => tf.sum(tf.mul(a, b), -1, true);
const lengthOf = (x: Value): Value => tf.maximum(tf.sqrt(dot(x, x)), LEAST_LENGTH);

/**
 * The rotation trick (Fifty et al. 2024, section 4.2): going forward `quantized` q; going back, as if q were s R e, where R turns e onto q in the
 * plane of the two and s = |q| / |e|, both taken as constants. With unit vectors e', q' and r = (e' + q') / |e' + q'|,
 * R = 1 - 2 r r^T + 2 q' e'^T, so the gradient is s R^T dy = s (dy - 2 r (r . dy) + 2 e' (q' . dy)).
 * @param latents e, [count, dim]. @param quantized q, likewise
 */
export const rotated = (latents: Value, quantized: Value): Value =>
  withGradient(
    latents,
    (input, save) => {
      const [from, to] = [lengthOf(input), lengthOf(quantized)];
      const [e, q] = [tf.div(input, from), tf.div(quantized, to)];
      const between = tf.add(e, q);
      save([e, q, tf.div(between, lengthOf(between)), tf.div(to, from)]);
      return tf.clone(quantized);
    },
    (dy, [e, q, r, scale]) => {
      const mirrored = tf.sub(dy, tf.mul(r!, tf.mul(dot(r!, dy), 2)));
      return tf.mul(tf.add(mirrored, tf.mul(e!, tf.mul(dot(q!, dy), 2))), scale!);
    },
  );

/** Rows of length one. @param x [count, dim] */
export const unitLength = (x: Value): Value =>
  withGradient(
    x,
    (input, save) => {
      const length = lengthOf(input);
      const unit = tf.div(input, length);
      save([unit, length]);
      return unit;
    },
    (dy, [unit, length]) => tf.div(tf.sub(dy, tf.mul(unit!, dot(unit!, dy))), length!),
  );

/**
 * The nearest row for each latent as a one-hot row, the lowest of equals (tfjs's argMin does not promise that). A choice has no slope: no gradient.
 * @param latents [count, dim]. @param rows [size, dim]. @returns [count, size]
 */
export const nearestOneHot = (latents: Value, rows: Value): Value =>
  withGradient(
    latents,
    (input) => {
      const [size = 0] = rows.shape;
      const products = tf.matMul(input, rows, false, true);
      const scores = tf.sub(tf.sum(tf.square(rows), 1), tf.mul(products, 2));
      const least = tf.equal(scores, tf.min(scores, 1, true));
      const numbers = tf.where(least, tf.range(0, size, 1, 'float32'), size - 1);
      return tf.cast(tf.oneHot(tf.cast(tf.min<tf.Tensor1D>(numbers, 1), 'int32'), size), 'float32');
    },
    (dy) => tf.zeros([dy.shape[0] ?? 0, rows.shape[1] ?? 0]),
  );
