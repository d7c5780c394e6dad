/** The nearest code of many vectors at once. */
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../backends';
import { nearestCode } from '../ops';
import type { TfjsBackend } from '../types';

/** The nearest row of each vector, the lowest of equals. @param vectors [count, dim]. @param rows [size, dim]. @returns [count] */
export async function nearestRows(
  backend: TfjsBackend,
  vectors: Float32Array,
  rows: Float32Array,
  dim: number,
): Promise<Int32Array<ArrayBuffer>> {
  await activate(backend.name);
  const count = vectors.length / dim;
  const indices = tf.tidy(
    () => nearestCode(tf.tensor2d(vectors, [count, dim]), tf.tensor2d(rows, [rows.length / dim, dim]), count).indices,
  );
  try {
    return Int32Array.from(await indices.data());
  } finally {
    indices.dispose();
  }
}
