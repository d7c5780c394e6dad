/**
 * An autoregressive prior, one code at a time, on the static graph: the network of graph.ts with keys and values kept in caches, so
 * that a new code costs one token and not all of them.
 */
import { GraphError, type Graph } from '../../graph/ir';
import { TransformerBuilder } from '../../graph/transformer';
import { codeCount, gridSize, sequenceLength, type PriorConfig } from './config';
import { block, head, outputName, timeLayers, tokenTables } from './graph';

/** First and last segment: of what a run begins with, and of a step up to the heads. */
export const PREFILL = { from: 'time', to: 'context' } as const;
export const STEP = { from: 'step', to: 'step' } as const;
/** The segment of a grid's head. */
export const headSegment = (grid: number): string => `head.${grid}`;

/**
 * Inputs: `context` i32 [batch, 1, 1, C], `codes` i32 [batch, 1, 1, N], `position` i32 [1, 1, 1, 1] (the code that a step asks
 * about; it looks at code position - 1, and at the caches for all before), `features` [1, 1, 1, width]: `timeFeatures` of 0, for
 * all samples; and the caches `cache.i` [1, batch, S, 2 * width], which stay between runs.
 * Outputs: `outputName` of every grid, logits f32 [1, batch, 1, K]; and what a step goes on from.
 * Types as in `buildPrior`; samples lie along the second axis, since time modulates them all alike.
 * @throws GraphError for another process: its tokens see what comes after them
 */
export function buildPriorStep(config: PriorConfig, vocabularySize: number, batch: number): Graph {
  const { width, depth, heads, grids, contextLength, process } = config;
  if (process.kind !== 'autoregressive')
    throw new GraphError(`only an autoregressive prior goes code by code, this one is ${process.kind}`);
  const graph = new TransformerBuilder();
  const { e, modulation } = timeLayers(graph, width, 1);
  const reads = {
    context: graph.input('context', [batch, 1, 1, contextLength], 'i32'),
    codes: graph.input('codes', [batch, 1, 1, codeCount(config)], 'i32'),
    position: graph.input('position', [1, 1, 1, 1], 'i32'),
  };
  const caches = Array.from({ length: depth }, (_, i) =>
    graph.input(`cache.${i}`, [1, batch, sequenceLength(config), 2 * width], 'elem'),
  );
  const tables = tokenTables(graph, config, vocabularySize);

  /** `tokens` of every sample through all blocks and into the caches. */
  const network = (window: { readonly first: number; readonly tokens: number; readonly moves: boolean }) => {
    const { first, moves } = window;
    const x = graph.embedWindow('embed', reads, { ...window, counts: grids.map(gridSize) }, tables);
    return caches.reduce(
      (stream, cache, i) =>
        block(graph, config, i, stream, modulation, (name, qkv) =>
          graph.attentionCached(name, qkv, { position: reads.position, cache }, { heads, first, moves }),
        ),
      x,
    );
  };
  graph.segment('context');
  // Of the last block only the cache is wanted; its last three dispatches run once a picture, and nobody reads them.
  network({ first: 0, tokens: contextLength, moves: false });
  graph.segment('step');
  const x = network({ first: contextLength, tokens: 1, moves: true });
  grids.forEach((_, g) => {
    graph.segment(headSegment(g));
    graph.output(outputName(config, g), head(graph, config, g, x, e, { first: 0, grid: [batch, 1] }));
  });
  for (const [name, tensor] of Object.entries({ e, modulation, x })) graph.output(name, tensor);
  return graph.finish();
}
