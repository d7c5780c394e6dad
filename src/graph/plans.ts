/** One op of a fused graph to the dispatches of its kernel (docs/kernels.md). */
import * as concat from '../kernels/concat';
import * as conv2d from '../kernels/conv2d';
import * as depthToSpace from '../kernels/depthToSpace';
import * as elementwise from '../kernels/elementwise';
import * as fsq from '../kernels/fsq';
import * as fsqCodes from '../kernels/fsqCodes';
import * as gatherCodes from '../kernels/gatherCodes';
import * as groupNorm from '../kernels/groupNorm';
import { ceil4, sizeOf, type DType, type Elem, type OpPlan, type Target } from '../kernels/kernel';
import * as l2Normalize from '../kernels/l2Normalize';
import * as matmul from '../kernels/matmul';
import * as nearestCode from '../kernels/nearestCode';
import * as pictureIn from '../kernels/pictureIn';
import * as pictureOut from '../kernels/pictureOut';
import * as resample from '../kernels/resample';
import * as softmax from '../kernels/softmax';
import * as spaceToDepth from '../kernels/spaceToDepth';
import { GraphError, channelsOf, rowsOf, type Constant, type Node, type Tensor } from './ir';
import { planTransformerNode } from './transformerPlans';

export type Precision = 'f32' | 'f16';

/** Element type in GPU memory. */
export const dtypeOf = ({ type }: Pick<Tensor, 'type'>, precision: Precision): DType =>
  type === 'elem' ? precision : type;

/** Columns of a row in GPU memory: floats are padded to four, integers are not. */
export const columnsOf = (tensor: Tensor): number =>
  tensor.type === 'elem' || tensor.type === 'f32' ? ceil4(channelsOf(tensor)) : channelsOf(tensor);

export const bytesOf = (tensor: Tensor, precision: Precision): number =>
  rowsOf(tensor) * columnsOf(tensor) * sizeOf(dtypeOf(tensor, precision));

/** Element type of a constant: convolution weights follow the input they meet (after its norm), the rest is f32. */
export function constantType(node: Node, { layout, literal }: Constant, precision: Precision): DType {
  if (layout === 'conv' && node.op === 'linear' && typeof node.attrs.before === 'object')
    return dtypeOf(node.attrs.before, precision);
  if (layout === 'conv' && (node.op === 'conv2d' || node.op === 'linear')) return dtypeOf(node.reads.x, precision);
  return literal instanceof Uint32Array ? 'u32' : literal instanceof Int32Array ? 'i32' : 'f32';
}

/** The kernel's plan. @throws ShapeError from the kernel, GraphError for ops that have no kernel of their own. */
export function planNode(node: Node, precision: Precision, target: Target): OpPlan {
  const typeOf = (tensor: Pick<Tensor, 'type'>) => dtypeOf(tensor, precision) as Elem;
  switch (node.op) {
    case 'conv2d': {
      const { x, residual } = node.reads;
      const { out } = node.writes;
      const [batch, inHeight, inWidth, inChannels] = x.shape;
      const options = {
        ...node.attrs,
        ...{ batch, inHeight, inWidth, inChannels, outChannels: channelsOf(out) },
        residualChannels: residual ? channelsOf(residual) : 0,
        elem: typeOf(x),
        outElem: typeOf(out),
      };
      return conv2d.plan(options, target);
    }
    case 'groupNorm': {
      const [batch, height, width, channels] = node.reads.x.shape;
      return groupNorm.plan({ ...node.attrs, batch, height, width, channels, elem: typeOf(node.reads.x) }, target);
    }
    case 'matmul': {
      const { a, b } = node.reads;
      const { out } = node.writes;
      const operand = (tensor: Tensor, offset: number) => ({
        rowStride: columnsOf(tensor),
        batchStride: (rowsOf(tensor) / tensor.shape[0]) * columnsOf(tensor),
        offset,
      });
      const { m, n, k, transposeB, scale, aOffset, bOffset } = node.attrs;
      const views = { a: operand(a, aOffset), b: operand(b, bOffset), out: operand(out, 0) };
      const types = { elem: typeOf(a), outElem: typeOf(out) };
      return matmul.plan({ batch: a.shape[0], m, n, k, transposeB, scale, ...views, ...types }, target);
    }
    case 'softmax': {
      const { x } = node.reads;
      const shape = { rows: rowsOf(x), columns: channelsOf(x), rowStride: columnsOf(x) };
      return softmax.plan({ ...shape, elem: typeOf(x) }, target);
    }
    case 'spaceToDepth':
    case 'depthToSpace': {
      const [batch, height, width, channels] = node.reads.x.shape;
      const kernel = node.op === 'spaceToDepth' ? spaceToDepth : depthToSpace;
      const { factor } = node.attrs;
      return kernel.plan({ batch, height, width, channels, factor, elem: typeOf(node.reads.x) }, target);
    }
    case 'silu':
    case 'cast':
    case 'add':
    case 'sub': {
      const x = 'x' in node.reads ? node.reads.x : node.reads.a;
      const types = { elem: typeOf(x), outElem: typeOf(node.writes.out) };
      return renamed(
        elementwise.plan({ count: rowsOf(x) * columnsOf(x), op: node.op, ...types }, target),
        { a: 'x' },
        node,
      );
    }
    case 'concat': {
      const { a, b } = node.reads;
      const [batch, height, width, aChannels] = a.shape;
      const sizes = { batch, height, width, aChannels, bChannels: channelsOf(b), scale: node.attrs.scale };
      return concat.plan({ ...sizes, elem: typeOf(a) }, target);
    }
    case 'l2Normalize': {
      const { x } = node.reads;
      return l2Normalize.plan({ count: rowsOf(x), dim: channelsOf(x), eps: node.attrs.eps }, target);
    }
    case 'nearestCode': {
      const { latents } = node.reads;
      const codebookSize = node.constants.codebook.shape[0] ?? 0;
      return nearestCode.plan({ count: rowsOf(latents), codebookSize, codeDim: channelsOf(latents) }, target);
    }
    case 'gatherCodes': {
      const { out } = node.writes;
      const codebookSize = node.constants.codebook.shape[0] ?? 0;
      const sizes = { count: rowsOf(out), codebookSize, codeDim: channelsOf(out) };
      return gatherCodes.plan({ ...sizes, outElem: typeOf(out) }, target);
    }
    case 'fsq': {
      const { levels } = node.attrs;
      return fsq.plan({ count: rowsOf(node.reads.latents), levels, outElem: typeOf(node.writes.out) }, target);
    }
    case 'fsqCodes': {
      const { levels } = node.attrs;
      return fsqCodes.plan({ count: rowsOf(node.reads.indices), levels, outElem: typeOf(node.writes.out) }, target);
    }
    case 'pictureIn': {
      const [, height, width] = node.reads.pixels.shape;
      return pictureIn.plan({ height, width, outElem: typeOf(node.writes.out) }, target);
    }
    case 'pictureOut': {
      const [batch, height, width] = node.reads.x.shape;
      // Pictures of a batch lie under one another.
      return pictureOut.plan({ height: batch * height, width, elem: typeOf(node.reads.x) }, target);
    }
    case 'resample': {
      const [, inHeight, inWidth] = node.reads.pixels.shape;
      const [, outHeight, outWidth] = node.writes.out.shape;
      return resample.plan({ inHeight, inWidth, outHeight, outWidth }, target);
    }
    case 'linear':
    case 'layerNorm':
    case 'attention':
    case 'attentionCached':
    case 'embedTokens':
    case 'embedWindow':
    case 'embedLatents':
      return planTransformerNode(node, typeOf, target);
    case 'upsampleNearest':
      throw new GraphError(`${node.name}: upsampling runs only inside the convolution that reads it; run fuse() first`);
  }
}

/** Kernel roles to the op's own, where they differ. */
function renamed(plan: OpPlan, names: Readonly<Record<string, string>>, node: Node): OpPlan {
  if ('a' in node.reads) return plan;
  const dispatches = plan.dispatches.map((dispatch) => ({
    ...dispatch,
    bindings: dispatch.bindings.map((role) => names[role] ?? role),
  }));
  return { ...plan, dispatches };
}
