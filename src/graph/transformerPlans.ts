/** The ops of a transformer to the dispatches of their kernels. */
import * as attention from '../kernels/attention';
import * as embedLatents from '../kernels/embedLatents';
import * as embedTokens from '../kernels/embedTokens';
import type { Elem, OpPlan, Target } from '../kernels/kernel';
import * as layerNorm from '../kernels/layerNorm';
import * as linear from '../kernels/linear';
import * as normedLinear from '../kernels/normedLinear';
import {
  GraphError,
  channelsOf,
  rowsOf,
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
    case 'embedTokens': {
      const { table0, table1, contextTable } = node.constants;
      const rows = [table0, table1].map((table) => table?.shape[0] ?? 0);
      const grids = node.attrs.counts.map((count, g) => ({ count, rows: rows[g] ?? 0 }));
      return embedTokens.plan({ ...sizes(node, contextTable.shape), grids, shift: node.attrs.shift }, target);
    }
    case 'embedLatents': {
      const [, , codes, latentDim] = node.reads.latents.shape;
      return embedLatents.plan({ ...sizes(node, node.constants.contextTable.shape), codes, latentDim }, target);
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

const sizes = (
  { reads: { context }, writes: { out } }: Extract<TransformerNode, { op: 'embedTokens' | 'embedLatents' }>,
  [contextRows = 0]: readonly number[],
) => ({ samples: context.shape[0], width: channelsOf(out), contextLength: channelsOf(context), contextRows });
