/**
 * The static graph: plain data, no GPU. A model's code records it once with `GraphBuilder`; `fuse` makes it shorter;
 * `compileGraph` turns it into a replayable plan, `tfjs/lower` into tfjs calls.
 *
 * Shapes are [n, h, w, c] with logical channels. A tensor is also read as n matrices of h * w rows and c columns.
 */

export type Shape = readonly [n: number, h: number, w: number, c: number];

/**
 * 'elem' follows the precision of the compilation (f32 or f16); 'f32' stays exact (latents, distances).
 * Rows of 'elem' and 'f32' are padded to a multiple of four channels in GPU memory, integers are not.
 */
export type TensorType = 'elem' | 'f32' | 'i32' | 'u32';

export interface Tensor {
  readonly id: number;
  readonly name: string;
  readonly shape: Shape;
  readonly type: TensorType;
}

/** How a constant lies in GPU memory. 'unitRows' are L2-normalised rows (cosine codebooks); 'table' is copied as it is. */
export type ConstantLayout = 'conv' | 'vector' | 'rows' | 'unitRows' | 'table';

/** Weights by name, in PyTorch's layout, or a literal table. */
export interface Constant {
  readonly layout: ConstantLayout;
  /** Shape of each part as the file has it; of the whole where `shapes` gives the parts' own. */
  readonly shape: readonly number[];
  /** Names in the weight file: several are joined along the output channels, added, or make a table of positions. */
  readonly parts: readonly string[];
  /**
   * 'positions': rows of the first part, then for each pair (row, column) of the others the sums row[y] + column[x] of a
   * grid, row-major.
   */
  readonly combine: 'concat' | 'sum' | 'positions';
  /** Shape of each part, where they differ. */
  readonly shapes?: readonly (readonly number[])[];
  readonly literal?: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

export interface Pad {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

interface Op<K extends string, Attrs, Reads, Writes, Constants = Record<never, Constant>> {
  readonly op: K;
  /** The module it belongs to ("encoder.down_blocks.0.resnets.0.conv1"). */
  readonly name: string;
  /** The stage it is timed in. */
  readonly segment: string;
  readonly attrs: Readonly<Attrs>;
  readonly reads: Readonly<Reads>;
  readonly writes: Readonly<Writes>;
  readonly constants: Readonly<Constants>;
}

type X = { x: Tensor };
type Out = { out: Tensor };

export interface ConvAttrs {
  kernelSize: 1 | 3 | 4;
  stride: 1 | 2;
  /** Zeros around the (enlarged) input. */
  pad: Pad;
  /** Nearest-neighbour enlargement before the convolution. */
  upsample: 1 | 2;
  activation: 'none' | 'silu';
  /** After the activation: 'add' x, or 'project' it by a 1x1 convolution first. */
  residual: 'none' | 'add' | 'project';
}

export interface MatmulAttrs {
  /** out[m, n] = scale * a[m, k] b[k, n], or b[n, k] transposed. */
  m: number;
  n: number;
  k: number;
  transposeB: boolean;
  scale: number;
  /** First column of the operand inside its rows (q, k, v packed side by side). */
  aOffset: number;
  bOffset: number;
}

export interface ResampleTables {
  weightsX: Constant;
  startsX: Constant;
  weightsY: Constant;
  startsY: Constant;
}

export type Conv2dNode = Op<
  'conv2d',
  ConvAttrs,
  X & { residual?: Tensor },
  Out,
  { weight: Constant; bias: Constant; residualWeight?: Constant }
>;
export type GroupNormNode = Op<
  'groupNorm',
  { groups: number; eps: number; silu: boolean },
  X,
  Out,
  { gamma: Constant; beta: Constant }
>;
export type MatmulNode = Op<'matmul', MatmulAttrs, { a: Tensor; b: Tensor }, Out>;
export type ElementwiseNode = Op<'add' | 'sub', object, { a: Tensor; b: Tensor }, Out>;

/** A column of a row of `modulation` and of the flattened `table`: the value is the sum of the two. */
export interface ModulationPlace {
  readonly modulation: number;
  readonly table: number;
}

export interface LinearAttrs {
  activation: 'none' | 'silu' | 'gelu';
  /** out = residual + gate * y; null: out = y. */
  gate: ModulationPlace | null;
  /** Made by `fuse`: what x goes through on its way in. A layer with a norm has no gate: `modulation` and `table` are the norm's. */
  before: 'none' | 'silu' | FoldedNorm;
}

/** A LayerNorm inside the linear layer that reads it. */
export interface FoldedNorm extends LayerNormAttrs {
  /** Of what the norm would have written; the layer's weights follow it, since x is f32. */
  readonly type: TensorType;
}

export interface LayerNormAttrs {
  /** First of the rows of x that are normalised; their number follows from `out`. */
  first: number;
  eps: number;
  shift: ModulationPlace;
  scale: ModulationPlace;
}

export interface AttentionAttrs {
  heads: number;
  /** Null: all see all. c: the first c tokens see each other, token s >= c sees 0 .. s. */
  causalFrom: number | null;
}

export type LinearNode = Op<
  'linear',
  LinearAttrs,
  { x: Tensor; residual?: Tensor; modulation?: Tensor },
  Out,
  { weight: Constant; bias: Constant; table?: Constant }
>;
export type LayerNormNode = Op<
  'layerNorm',
  LayerNormAttrs,
  { x: Tensor; modulation: Tensor },
  Out,
  { table: Constant }
>;
export type AttentionNode = Op<'attention', AttentionAttrs, { qkv: Tensor }, Out>;
export type EmbedTokensNode = Op<
  'embedTokens',
  { counts: readonly number[]; shift: boolean },
  { context: Tensor; codes: Tensor },
  Out,
  { contextTable: Constant; table0: Constant; table1?: Constant; positions: Constant }
>;
export type EmbedWindowNode = Op<
  'embedWindow',
  { counts: readonly number[]; first: number; moves: boolean },
  { context: Tensor; codes: Tensor; position: Tensor },
  Out,
  EmbedTokensNode['constants']
>;
/** `cache` is both read and written: a state that outlives the run, kept because it is an input of the graph. */
export type AttentionCachedNode = Op<
  'attentionCached',
  { heads: number; first: number; moves: boolean },
  { qkv: Tensor; position: Tensor; cache: Tensor },
  Out & { cache: Tensor }
>;
export type EmbedLatentsNode = Op<
  'embedLatents',
  object,
  { context: Tensor; latents: Tensor },
  Out,
  { contextTable: Constant; weight: Constant; bias: Constant; positions: Constant }
>;

export type TransformerNode =
  | LinearNode
  | LayerNormNode
  | AttentionNode
  | AttentionCachedNode
  | EmbedTokensNode
  | EmbedWindowNode
  | EmbedLatentsNode;

export type Node =
  | TransformerNode
  | Conv2dNode
  | GroupNormNode
  | MatmulNode
  | ElementwiseNode
  | Op<'silu' | 'cast' | 'softmax', object, X, Out>
  | Op<'upsampleNearest' | 'spaceToDepth' | 'depthToSpace', { factor: number }, X, Out>
  | Op<'concat', { scale: number }, { a: Tensor; b: Tensor }, Out>
  | Op<'l2Normalize', { eps: number }, X, Out>
  | Op<'nearestCode', object, { latents: Tensor }, { indices: Tensor; distances: Tensor }, { codebook: Constant }>
  | Op<'gatherCodes', object, { indices: Tensor }, Out, { codebook: Constant }>
  | Op<'fsq', { levels: readonly number[] }, { latents: Tensor }, { indices: Tensor } & Out>
  | Op<'fsqCodes', { levels: readonly number[] }, { indices: Tensor }, Out>
  | Op<'pictureIn', object, { pixels: Tensor }, Out>
  | Op<'pictureOut', object, X, { pixels: Tensor }>
  | Op<'resample', object, { pixels: Tensor }, Out, ResampleTables>;

export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Named results and taps. Their buffers are never reused, and passes never fuse them away. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Stages in order. */
  readonly segments: readonly string[];
}

/** Tensors by role; roles that are left out are left out here too. */
export const tensorsOf = (roles: Node['reads'] | Node['writes']): [role: string, tensor: Tensor][] =>
  Object.entries(roles as Record<string, Tensor | undefined>).filter((entry): entry is [string, Tensor] => !!entry[1]);

/** Constants by role. */
export const constantsOf = (node: Node): [role: string, constant: Constant][] =>
  Object.entries(node.constants as Record<string, Constant | undefined>).filter(
    (entry): entry is [string, Constant] => !!entry[1],
  );

/** The weight-file tensors that a constant is made of. */
export const partsOf = ({ parts, shape, shapes }: Constant): (readonly [name: string, shape: readonly number[]])[] =>
  parts.map((name, i) => [name, shapes?.[i] ?? shape] as const);

/** Rows of a tensor seen as matrices, all batches together. */
export const rowsOf = ({ shape: [n, h, w] }: Tensor): number => n * h * w;

export const channelsOf = ({ shape }: Tensor): number => shape[3];

/** The tensors that must survive a run. */
export const keptTensors = (graph: Graph): ReadonlySet<Tensor> =>
  new Set([...graph.inputs.values(), ...graph.outputs.values()]);

/** Number of elements without padding. */
export const sizeOfShape = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** A graph that cannot be: the message names the op and the shapes. */
export class GraphError extends Error {
  override name = 'GraphError';
}

/** More than this GPU binds, or than the memory cap: smaller tiles would fit. */
export class TooLargeError extends GraphError {
  override name = 'TooLargeError';
}
