/**
 * The transformer of family `prior` on the static graph: DiT (Peebles and Xie 2022) with one modulation for all blocks,
 * PixArt's "adaLN-single" (Chen et al. 2023). Module names are the key names of the weight file (docs/model-format.md).
 */
import type { Constant, EmbedTokensNode, Graph, Tensor } from '../../graph/ir';
import { TransformerBuilder } from '../../graph/transformer';
import { codeCount, gridSize, sequenceLength, type PriorConfig } from './config';

export interface GraphOptions {
  /** Keep the tensors of the golden file (names as there). */
  readonly taps?: boolean;
}

const EPS = 1e-6;

/** Name of a grid's result: logits of x0; of a gaussian prior, the noise. */
export const outputName = ({ process, grids }: PriorConfig, grid: number): string =>
  process.kind !== 'gaussian' ? `logits.${grid}` : grids.length > 1 ? `epsilon.${grid}` : 'epsilon';

/**
 * One evaluation of the network for `batch` samples, each with its own condition and time.
 *
 * Inputs: `features` [batch, 1, 1, width] (`timeFeatures`), `context` [batch, 1, 1, C], and `codes` [batch, 1, 1, N] or, gaussian,
 * `latents` [batch, 1, N, d]. Outputs: `outputName` of every grid, [batch, h, w, K] (gaussian: d) in f32.
 * The residual stream and everything that comes from the time are f32 in either precision.
 * @param vocabularySize entries of vocabulary.json
 */
export function buildPrior(
  config: PriorConfig,
  vocabularySize: number,
  batch: number,
  options: GraphOptions = {},
): Graph {
  const { width, depth, heads, grids, contextLength } = config;
  const graph = new TransformerBuilder(options);
  const { e, modulation } = timeLayers(graph, width, batch);
  graph.tap('time', e);

  graph.segment('embed');
  let x = embed(graph, config, vocabularySize, batch);

  graph.segment('blocks');
  const causalFrom = config.process.kind === 'autoregressive' ? contextLength : null;
  for (let i = 0; i < depth; i++) {
    x = block(graph, config, i, x, modulation, (name, qkv) => graph.attention(name, qkv, { heads, causalFrom }));
    graph.tap(`blocks.${i}`, x);
  }

  graph.segment('head');
  let first = contextLength;
  grids.forEach((grid, g) => {
    graph.output(outputName(config, g), head(graph, config, g, x, e, { first, grid: [grid.height, grid.width] }));
    first += gridSize(grid);
  });
  return graph.finish();
}

/** Input `features` [samples, 1, 1, width]. `e` modulates the heads, `modulation` the blocks; both f32. */
export function timeLayers(
  graph: TransformerBuilder,
  width: number,
  samples: number,
): { readonly e: Tensor; readonly modulation: Tensor } {
  graph.segment('time');
  const features = graph.input('features', [samples, 1, 1, width], 'f32');
  const hidden = graph.linear('time.0', features, { outWidth: width, activation: 'silu', exact: true });
  const e = graph.linear('time.2', hidden, { outWidth: width, exact: true });
  const modulation = graph.linear('modulation', graph.silu('modulation.silu', e), { outWidth: 6 * width, exact: true });
  return { e, modulation };
}

/** Block i of the residual stream x. @param attend what mixes the tokens, out of q, k and v side by side */
export function block(
  graph: TransformerBuilder,
  { width, mlpRatio }: PriorConfig,
  i: number,
  x: Tensor,
  modulation: Tensor,
  attend: (name: string, qkv: Tensor) => Tensor,
): Tensor {
  const name = `blocks.${i}`;
  const table = graph.constant(`${name}.modulation`, [6, width], 'table');
  // Both the shared modulation and a block's own table hold shift, scale, gate, shift, scale, gate.
  const at = (part: number) => ({ modulation: part * width, table: part * width });
  const norm = (part: number, what: string, y: Tensor) =>
    graph.layerNorm(`${name}.${what}`, y, {
      first: 0,
      eps: EPS,
      shift: at(part),
      scale: at(part + 1),
      modulation,
      table,
    });
  const added = (part: number, y: Tensor) => ({ x: y, gate: at(part), modulation, table });
  const parts = ['to_q', 'to_k', 'to_v'].map((part) => `${name}.${part}`);
  const qkv = graph.linear(`${name}.to_qkv`, norm(0, 'norm1', x), { outWidth: width, parts });
  const mixed = attend(`${name}.attention`, qkv);
  const middle = graph.linear(`${name}.to_out`, mixed, { outWidth: width, residual: added(2, x) });
  const inner = graph.linear(`${name}.mlp.0`, norm(3, 'norm2', middle), {
    outWidth: mlpRatio * width,
    activation: 'gelu',
  });
  return graph.linear(`${name}.mlp.2`, inner, { outWidth: width, residual: added(5, middle) });
}

/** Logits of grid g (of a gaussian prior the noise), f32, from the rows `first` on of every sample; `grid` [h, w] of them. */
export function head(
  graph: TransformerBuilder,
  { width, grids, process, latentDim = 0 }: PriorConfig,
  g: number,
  x: Tensor,
  e: Tensor,
  rows: { readonly first: number; readonly grid: readonly [h: number, w: number] },
): Tensor {
  const table = graph.constant('final_modulation', [2, width], 'table');
  const places = { shift: { modulation: 0, table: 0 }, scale: { modulation: 0, table: width } };
  const y = graph.layerNorm(`final_norm.${g}`, x, { ...places, ...rows, eps: EPS, modulation: e, table });
  const outWidth = process.kind === 'gaussian' ? latentDim : (grids[g]?.codebookSize ?? 0);
  return graph.linear(`head.${g}`, y, { outWidth, exact: true });
}

function embed(graph: TransformerBuilder, config: PriorConfig, vocabularySize: number, batch: number): Tensor {
  const { width, grids, contextLength, latentDim = 0, process } = config;
  const context = graph.input('context', [batch, 1, 1, contextLength], 'i32');
  if (process.kind === 'gaussian') {
    const latents = graph.input('latents', [batch, 1, codeCount(config), latentDim], 'f32');
    return graph.embedLatents('embed', context, latents, {
      ...conditionTables(graph, config, vocabularySize),
      weight: graph.constant('latent_in.weight', [width, latentDim], 'conv'),
      bias: graph.constant('latent_in.bias', [width], 'vector'),
    });
  }
  const codes = graph.input('codes', [batch, 1, 1, codeCount(config)], 'i32');
  const attrs = { counts: grids.map(gridSize), shift: process.kind === 'autoregressive' };
  return graph.embedTokens('embed', context, codes, attrs, tokenTables(graph, config, vocabularySize));
}

const conditionTables = (graph: TransformerBuilder, config: PriorConfig, vocabularySize: number) => ({
  contextTable: graph.constant('context_embedding.weight', [vocabularySize, config.width], 'table'),
  positions: positions(config),
});

/** What a sequence of the condition and codes is embedded by. Row K of a grid's table is [MASK] or the start token. */
export function tokenTables(
  graph: TransformerBuilder,
  config: PriorConfig,
  vocabularySize: number,
): EmbedTokensNode['constants'] {
  const { width, grids } = config;
  const table = (g: number) =>
    graph.constant(`embedding.${g}.weight`, [(grids[g]?.codebookSize ?? 0) + 1, width], 'table');
  const tables = { table0: table(0), ...(grids.length > 1 && { table1: table(1) }) };
  return { ...conditionTables(graph, config, vocabularySize), ...tables };
}

/** [C + N, width]: positions of the condition, then row + column of every code. */
function positions(config: PriorConfig): Constant {
  const { width, grids, contextLength } = config;
  const axes = grids.flatMap((grid, g) => [
    { name: `row.${g}`, shape: [grid.height, width] },
    { name: `column.${g}`, shape: [grid.width, width] },
  ]);
  const parts = [{ name: 'context_position', shape: [contextLength, width] }, ...axes];
  return {
    layout: 'table',
    shape: [sequenceLength(config), width],
    parts: parts.map(({ name }) => name),
    shapes: parts.map(({ shape }) => shape),
    combine: 'positions',
  };
}

/**
 * What the network is told of the time: [cos(t f_i), sin(t f_i)], f_i = 10000^(-i / (width / 2)), for every sample.
 * Angles in double precision: at t = 1000 those of a GPU's f32 are off by 1e-4 and more.
 * @param times one for each sample. @returns [samples, width]
 */
export function timeFeatures(times: ArrayLike<number>, width: number): Float32Array<ArrayBuffer> {
  const half = width / 2;
  const features = new Float32Array(times.length * width);
  for (let sample = 0; sample < times.length; sample++)
    for (let i = 0; i < half; i++) {
      const angle = (times[sample] ?? NaN) * Math.exp((-Math.log(10000) * i) / half);
      features[sample * width + i] = Math.cos(angle);
      features[sample * width + half + i] = Math.sin(angle);
    }
  return features;
}
