/** Two ops whose gradients are written out: tfjs's own run products with transposed factors in plain loops on WASM, 3 to 5 times slower. */
import * as tf from '@tensorflow/tfjs-core';

/** x w, [rows, columns]. @param x [rows, inner]. @param w [inner, columns] */
export function dense(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const product = tf.customGrad((...given) => {
    const [left, right, save] = given as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    save([left, right]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => [
      tf.matMul(dy, tf.transpose(saved[1] as tf.Tensor2D)),
      tf.matMul(tf.transpose(saved[0] as tf.Tensor2D), dy),
    ];
    return { value: tf.matMul(left, right), gradFunc };
  });
  return product(x, w);
}

/** Kept away from log 0. */
const LEAST = 1e-20;

/** Mean of -log2 p(x0), a scalar. @param logits [rows, K]. @param x0 one-hot, [rows, K]: no gradient goes there */
export function crossEntropyBits(logits: tf.Tensor2D, x0: tf.Tensor2D): tf.Scalar {
  const perRow = 1 / (logits.shape[0] * Math.LN2);
  const loss = tf.customGrad((...given) => {
    const [x, save] = given as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    const p = tf.softmax(x);
    save([p]);
    const value = tf.mul(tf.sum(tf.mul(x0, tf.log(tf.add(p, LEAST)))), -perRow);
    return { value, gradFunc: (dy: tf.Tensor, [kept]: tf.Tensor[]) => tf.mul(tf.sub(kept!, x0), tf.mul(dy, perRow)) };
  });
  return loss(logits) as tf.Scalar;
}
