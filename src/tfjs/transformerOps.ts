/** The ops of a transformer in tfjs calls. */
import * as tf from '@tensorflow/tfjs-core';
import {
  GraphError,
  type AttentionNode,
  type EmbedTokensNode,
  type LayerNormNode,
  type LinearNode,
  type ModulationPlace,
  type TransformerNode,
} from '../graph/ir';
import type { Value, Values } from './values';

/** Runs one node. Call inside `tf.tidy`. */
export function runTransformerNode(node: TransformerNode, values: Values): Value {
  const { shape } = node.writes.out;
  switch (node.op) {
    case 'linear':
      return tf.reshape(linear(node, values), [...shape]);
    case 'layerNorm':
      return tf.reshape(layerNorm(node, values), [...shape]);
    case 'attention':
      return tf.reshape(attention(node, values), [...shape]);
    case 'attentionCached':
    case 'embedWindow':
      throw new GraphError(`${node.name}: tfjs keeps no cache between runs; evaluate the whole network instead`);
    case 'embedTokens':
      return tf.reshape(sequence(values, embedTokens(node, values)), [...shape]);
    case 'embedLatents': {
      const [n, , codes, dim] = node.reads.latents.shape;
      const rows = tf.reshape<tf.Rank.R2>(values.latents!, [n * codes, dim]);
      const embedded = tf.add(tf.matMul(rows, weightOf(values)), values.bias!);
      return tf.reshape(sequence(values, tf.reshape(embedded, [n, codes, shape[3]])), [...shape]);
    }
  }
}

/** tfjs's HWIO filter of a linear layer as [in, out]. */
const weightOf = ({ weight }: Values): tf.Tensor2D =>
  tf.reshape<tf.Rank.R2>(weight!, [weight!.shape[2]!, weight!.shape[3]!]);

const gelu = (x: Value): Value =>
  tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI))), 1));

/** [n, 1, width]: columns of `modulation` and of the flattened `table`, added. */
function modulationAt({ modulation, table }: Values, place: ModulationPlace, width: number): Value {
  const n = modulation!.shape[0];
  const ofSample = tf.slice(tf.reshape(modulation!, [n, -1]), [0, place.modulation], [n, width]);
  const shared = tf.slice(tf.reshape(table!, [-1]), [place.table], [width]);
  return tf.reshape(tf.add(ofSample, shared), [n, 1, width]);
}

function linear({ attrs, reads: { x }, writes: { out } }: LinearNode, values: Values): Value {
  const [n, h, w, inWidth] = x.shape;
  const width = out.shape[3];
  const rows = tf.reshape<tf.Rank.R2>(values.x!, [n * h * w, inWidth]);
  // One kernel on every backend, as fused conv + bias is.
  let y: Value = tf.fused.matMul({ a: rows, b: weightOf(values), bias: values.bias! });
  if (attrs.activation === 'silu') y = tf.mul(y, tf.sigmoid(y));
  if (attrs.activation === 'gelu') y = gelu(y);
  if (!attrs.gate) return y;
  const gate = modulationAt(values, attrs.gate, width);
  const samples = [n, h * w, width];
  return tf.add(tf.reshape(values.residual!, samples), tf.mul(gate, tf.reshape(y, samples)));
}

function layerNorm({ attrs, reads, writes: { out } }: LayerNormNode, values: Values): Value {
  const [n, h, w, width] = reads.x.shape;
  const count = out.shape[1] * out.shape[2];
  const x = tf.slice(tf.reshape(values.x!, [n, h * w, width]), [0, attrs.first, 0], [n, count, width]);
  const { mean, variance } = tf.moments(x, -1, true);
  const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, attrs.eps)));
  const scale = tf.add(modulationAt(values, attrs.scale, width), 1);
  return tf.add(tf.mul(normed, scale), modulationAt(values, attrs.shift, width));
}

function attention({ attrs: { heads, causalFrom }, reads: { qkv } }: AttentionNode, values: Values): Value {
  const [n, h, w, columns] = qkv.shape;
  const tokens = h * w;
  const headWidth = columns / 3 / heads;
  const split = tf.transpose(tf.reshape(values.qkv!, [n, tokens, 3, heads, headWidth]), [2, 0, 3, 1, 4]);
  const [q, k, v] = tf.unstack(tf.reshape(split, [3, n * heads, tokens, headWidth])) as tf.Tensor3D[];
  let scores: Value = tf.mul(tf.matMul(q!, k!, false, true), 1 / Math.sqrt(headWidth));
  if (causalFrom !== null) scores = tf.add(scores, hidden(tokens, causalFrom));
  const mixed = tf.matMul(tf.softmax(scores), v!);
  return tf.transpose(tf.reshape(mixed, [n, heads, tokens, headWidth]), [0, 2, 1, 3]);
}

/** [tokens, tokens]: 0 where a token sees another, very low elsewhere. */
function hidden(tokens: number, causalFrom: number): tf.Tensor2D {
  const mask = new Float32Array(tokens * tokens);
  for (let query = 0; query < tokens; query++)
    mask.fill(-1e30, query * tokens + Math.max(causalFrom, query + 1), (query + 1) * tokens);
  return tf.tensor2d(mask, [tokens, tokens]);
}

/** Codes [n, N] by the table of their grid; moved on by one behind the start token where the node says so. [n, N, width] */
function embedTokens({ attrs: { counts, shift } }: EmbedTokensNode, values: Values): Value {
  const n = values.codes!.shape[0];
  const codes = tf.reshape(values.codes!, [n, -1]);
  let start = 0;
  const grids = counts.map((count, g) => {
    const table = values[`table${g}`]!;
    const rows = tf.gather(table, tf.cast(tf.slice(codes, [0, start], [n, count]), 'int32'));
    start += count;
    return rows;
  });
  const tokens = tf.concat(grids, 1);
  if (!shift) return tokens;
  const [rows, width] = values.table0!.shape as [number, number];
  const first = tf.tile(tf.reshape(tf.slice(values.table0!, [rows - 1, 0], [1, width]), [1, 1, width]), [n, 1, 1]);
  return tf.concat([first, tf.slice(tokens, [0, 0, 0], [n, start - 1, width])], 1);
}

/** Condition before the tokens, then positions. */
function sequence({ context, contextTable, positions }: Values, tokens: Value): Value {
  const n = context!.shape[0];
  const given = tf.gather(contextTable!, tf.cast(tf.reshape(context!, [n, -1]), 'int32'));
  return tf.add(tf.concat([given, tokens], 1), positions!);
}
