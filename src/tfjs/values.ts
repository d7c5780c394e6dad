import type * as tf from '@tensorflow/tfjs-core';

export type Value = tf.Tensor;
/** Values of a node by role: what it reads, then its constants. */
export type Values = Readonly<Record<string, Value>>;
