/** The ops of a transformer to the dispatches of their kernels. */
import * as attention from '../kernels/attention';
import * as attentionCached from '../kernels/attentionCached';
import * as embedLatents from '../kernels/embedLatents';
import * as embedTokens from '../kernels/embedTokens';
import * as embedWindow from '../kernels/embedWindow';
import type { Elem, OpPlan, Target } from '../kernels/kernel';
import * as layerNorm from '../kernels/layerNorm';
import * as linear from '../kernels/linear';
import * as normedLinear from '../kernels/normedLinear';
import {
  GraphError,
  channelsOf,
  rowsOf,
  type EmbedLatentsNode,
  type EmbedTokensNode,
  type EmbedWindowNode,
  type FoldedNorm,
  type LinearNode,
  type Tensor,
  type TransformerNode,
} from './ir';

type TypeOf = (tensor: Pick<Tensor, 'type'>) => Elem;

/** The kernel's plan. @throws ShapeError from the kernel, GraphError for a gate and a norm at once */
export function planTransformerNode(node: TransformerNode, typeOf: TypeOf, target: Target): OpPlan {
  switch (node.op) {
    case 'linear': {
      if (typeof node.attrs.before === 'object') return planNormedLinear(node, node.attrs.before, typeOf, target);
      const { x, modulation } = node.reads;
      const { out } = node.writes;
      const { activation, gate, before } = node.attrs;
      const gateOptions = gate &&
        modulation && {
          samples: modulation.shape[0],
          modulationWidth: channelsOf(modulation),
          modulationOffset: gate.modulation,
          tableOffset: gate.table,
        };
      const sizes = { rows: rowsOf(x), inWidth: channelsOf(x), outWidth: channelsOf(out) };
      const types = { elem: typeOf(x), outElem: typeOf(out) };
      const siluX = before === 'silu';
      return linear.plan({ ...sizes, ...types, activation, siluX, gate: gateOptions ?? null }, target);
    }
    case 'layerNorm': {
      const { x, modulation } = node.reads;
      const { out } = node.writes;
      const samples = modulation.shape[0];
      const rows = { samples, inRows: rowsOf(x) / samples, outRows: rowsOf(out) / samples };
      const columns = { width: channelsOf(x), modulationWidth: channelsOf(modulation) };
      return layerNorm.plan({ ...node.attrs, ...rows, ...columns, outElem: typeOf(out) }, target);
    }
    case 'attention': {
      const { qkv } = node.reads;
      const { heads, causalFrom } = node.attrs;
      const headWidth = channelsOf(qkv) / 3 / heads;
      const sizes = { samples: qkv.shape[0], sequence: rowsOf(qkv) / qkv.shape[0], heads, headWidth };
      const scale = 1 / Math.sqrt(headWidth);
      return attention.plan({ ...sizes, scale, causalFrom, elem: typeOf(qkv) }, target);
    }
    case 'attentionCached': {
      const { qkv, cache } = node.reads;
      const { heads, first, moves } = node.attrs;
      const [, samples, tokens, columns] = qkv.shape;
      const headWidth = columns / 3 / heads;
      const sizes = { samples, tokens, capacity: cache.shape[2], heads, headWidth };
      const scale = 1 / Math.sqrt(headWidth);
      return attentionCached.plan({ ...sizes, scale, first, moves, elem: typeOf(qkv) }, target);
    }
    case 'embedTokens':
      return embedTokens.plan({ ...sizes(node), grids: gridsOf(node), shift: node.attrs.shift }, target);
    case 'embedWindow': {
      const { first, moves } = node.attrs;
      const tokens = node.writes.out.shape[2];
      return embedWindow.plan({ ...sizes(node), grids: gridsOf(node), first, tokens, moves }, target);
    }
    case 'embedLatents': {
      const [, , codes, latentDim] = node.reads.latents.shape;
      return embedLatents.plan({ ...sizes(node), codes, latentDim }, target);
    }
  }
}

function planNormedLinear(node: LinearNode, norm: FoldedNorm, typeOf: TypeOf, target: Target): OpPlan {
  const { x, modulation } = node.reads;
  const { out } = node.writes;
  const { activation, gate } = node.attrs;
  if (gate || !modulation)
    throw new GraphError(`${node.name}: a linear layer with a norm has a modulation and no gate`);
  const samples = modulation.shape[0];
  const rows = { samples, inRows: rowsOf(x) / samples, outRows: rowsOf(out) / samples };
  const columns = { width: channelsOf(x), modulationWidth: channelsOf(modulation), outWidth: channelsOf(out) };
  const types = { elem: typeOf(norm), outElem: typeOf(out) };
  return normedLinear.plan({ ...norm, ...rows, ...columns, ...types, activation }, target);
}

const gridsOf = ({ attrs, constants: { table0, table1 } }: EmbedTokensNode | EmbedWindowNode) =>
  attrs.counts.map((count, g) => ({ count, rows: (g ? table1 : table0)?.shape[0] ?? 0 }));

const sizes = ({
  reads: { context },
  writes: { out },
  constants: { contextTable },
}: EmbedTokensNode | EmbedWindowNode | EmbedLatentsNode) => ({
  samples: context.shape[0],
  width: channelsOf(out),
  contextLength: channelsOf(context),
  contextRows: contextTable.shape[0] ?? 0,
});
