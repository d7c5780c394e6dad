import * as tf from '@tensorflow/tfjs-core';
import {
  GraphError,
  constantsOf,
  sizeOfShape,
  tensorsOf,
  type Constant,
  type Graph,
  type Node,
  type Tensor,
} from '../graph/ir';
import { readConstant, unitRows, type WeightSource } from '../graph/weights';
import { activate } from './backends';
import type { TfjsBackend } from './types';
import { runNode } from './ops';
import type { Value } from './values';

export type HostArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export interface TfjsRunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Fraction of the ops that ran. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface TfjsResult {
  /** Logical elements, as `CompiledGraph.read` gives them. */
  readonly outputs: Readonly<Record<string, HostArray>>;
  /** Milliseconds per segment. On 'webgpu' this is the time to record, not to compute. */
  readonly segments: Readonly<Record<string, number>>;
}

/** The event loop gets a turn after this long, so that a run can be aborted. */
const TURN_MS = 100;

/** Packed pixels as tfjs sees them: [1, h, w, 4] of 0..255. */
function unpackPixels(pixels: HostArray): Float32Array {
  return Float32Array.from(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
}

function packPixels(values: ArrayLike<number>, channels: number): Uint32Array<ArrayBuffer> {
  const pixels = values.length / channels;
  const bytes = new Uint8Array(4 * pixels).fill(255);
  for (let i = 0; i < pixels; i++) for (let c = 0; c < channels; c++) bytes[4 * i + c] = values[channels * i + c] ?? 0;
  return new Uint32Array(bytes.buffer);
}

/** OIHW (or [out, in]) to tfjs's HWIO; parts stand side by side. */
function filterTensor(values: Float32Array, constant: Constant): Value {
  const [, inner = 1, kh = 1, kw = 1] = constant.shape;
  const out = values.length / (inner * kh * kw);
  return tf.tidy(() => tf.transpose(tf.tensor4d(values, [out, inner, kh, kw]), [2, 3, 1, 0]));
}

function constantTensor(constant: Constant, source: WeightSource): Value {
  const { literal, layout, shape } = constant;
  if (literal instanceof Float32Array) return tf.tensor1d(literal);
  if (literal) return tf.tensor1d(Int32Array.from(literal), 'int32');
  const values = readConstant(constant, source);
  if (layout === 'conv') return filterTensor(values, constant);
  if (layout === 'vector') return tf.tensor1d(values);
  return tf.tensor(layout === 'unitRows' ? unitRows(values, shape[1] ?? 1) : values, [...shape]);
}

const keyOf = ({ layout, parts }: Constant): string => `${layout} ${parts.join(' ')}`;

/** Weights as tensors, made once and shared by every program of the model. */
export class TfjsWeights {
  private readonly tensors = new Map<string, { readonly constant: Constant; readonly tensor: Value }>();

  constructor(private readonly source: WeightSource) {}

  get(constant: Constant): Value {
    const key = keyOf(constant);
    const known = this.tensors.get(key);
    if (known) return known.tensor;
    const tensor = tf.keep(constantTensor(constant, this.source));
    this.tensors.set(key, { constant, tensor });
    return tensor;
  }

  get bytes(): number {
    return [...this.tensors.values()].reduce((sum, { tensor }) => sum + 4 * tensor.size, 0);
  }

  /** Tensors of the source that changed: they are made again when the next run asks for them. */
  rewrite(names: ReadonlySet<string>): void {
    for (const [key, { constant, tensor }] of this.tensors) {
      if (!constant.parts.some((name) => names.has(name))) continue;
      tensor.dispose();
      this.tensors.delete(key);
    }
  }

  dispose(): void {
    for (const { tensor } of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
  }
}

/**
 * An unfused graph, op by op, on any tfjs backend: the oracle of the tests, the fallback where there is no WebGPU, and the
 * peer in the benchmark. A run computes only what is asked for, beginning at what it is given: with codes as input,
 * nothing of the encoder runs.
 */
export class TfjsProgram {
  constructor(
    private readonly backend: TfjsBackend,
    private readonly graph: Graph,
    private readonly weights: TfjsWeights,
  ) {}

  /** Makes every weight tensor now. */
  async prepare(): Promise<void> {
    await activate(this.backend.name);
    for (const node of this.graph.nodes) for (const [, constant] of constantsOf(node)) this.weights.get(constant);
  }

  /**
   * @param inputs named inputs, or named outputs to go on from
   * @throws GraphError for unknown names, wrong lengths and inputs that are missing; the signal's reason when aborted
   */
  async run(
    inputs: Readonly<Record<string, HostArray>>,
    wanted: readonly string[] = [...this.graph.outputs.keys()],
    { signal, onProgress }: TfjsRunOptions = {},
  ): Promise<TfjsResult> {
    await activate(this.backend.name);
    const values = new Map<Tensor, Value>();
    const segments: Record<string, number> = {};
    try {
      for (const [name, data] of Object.entries(inputs)) values.set(this.tensor(name), this.feed(name, data));
      const targets = wanted.map((name) => this.tensor(name));
      const nodes = this.needed(targets, values);
      const lastRead = new Map<Tensor, Node>();
      for (const node of nodes) for (const [, tensor] of tensorsOf(node.reads)) lastRead.set(tensor, node);
      let turn = performance.now();
      for (const [i, node] of nodes.entries()) {
        const start = performance.now();
        this.step(node, values);
        for (const tensor of this.spent(node, lastRead, targets)) {
          values.get(tensor)?.dispose();
          values.delete(tensor);
        }
        const end = performance.now();
        segments[node.segment] = (segments[node.segment] ?? 0) + end - start;
        if (end - turn < TURN_MS) continue;
        onProgress?.((i + 1) / nodes.length);
        await new Promise((resolve) => setTimeout(resolve));
        signal?.throwIfAborted();
        turn = performance.now();
      }
      const outputs: Record<string, HostArray> = {};
      for (const name of wanted) outputs[name] = await this.fetch(this.tensor(name), values);
      return { outputs, segments };
    } finally {
      for (const value of values.values()) value.dispose();
    }
  }

  private step(node: Node, values: Map<Tensor, Value>): void {
    const reads = tensorsOf(node.reads).map(([role, tensor]) => [role, values.get(tensor)!] as const);
    const constants = constantsOf(node).map(([role, constant]) => [role, this.weights.get(constant)] as const);
    const made = tf.tidy(() => runNode(node, Object.fromEntries([...reads, ...constants])));
    for (const [role, tensor] of tensorsOf(node.writes)) {
      const value = made[role];
      if (value) values.set(tensor, value);
    }
  }

  /** Nodes that lead to `targets`, in order, stopping at what is given. */
  private needed(targets: readonly Tensor[], given: ReadonlyMap<Tensor, Value>): Node[] {
    const missing = new Set(targets.filter((tensor) => !given.has(tensor)));
    const nodes: Node[] = [];
    for (const node of [...this.graph.nodes].reverse()) {
      if (!tensorsOf(node.writes).some(([, tensor]) => missing.has(tensor))) continue;
      nodes.unshift(node);
      for (const [, tensor] of tensorsOf(node.writes)) missing.delete(tensor);
      for (const [, tensor] of tensorsOf(node.reads)) if (!given.has(tensor)) missing.add(tensor);
    }
    if (missing.size) throw new GraphError(`not given: ${[...missing].map(({ name }) => name).join(', ')}`);
    return nodes;
  }

  /** Tensors that nobody reads after `node`. */
  private spent(node: Node, lastRead: ReadonlyMap<Tensor, Node>, targets: readonly Tensor[]): Tensor[] {
    const read = tensorsOf(node.reads).filter(([, tensor]) => lastRead.get(tensor) === node);
    const unread = tensorsOf(node.writes).filter(([, tensor]) => !lastRead.has(tensor));
    return [...new Set([...read, ...unread].map(([, tensor]) => tensor))].filter((tensor) => !targets.includes(tensor));
  }

  private feed(name: string, data: HostArray): Value {
    const { shape, type } = this.tensor(name);
    if (data.length !== sizeOfShape(shape))
      throw new GraphError(`${name}: ${data.length} values, ${sizeOfShape(shape)} are needed`);
    const [n, h, w] = shape;
    if (type === 'u32') return tf.tensor4d(unpackPixels(data), [n, h, w, 4]);
    if (type === 'i32') return tf.tensor4d(Int32Array.from(data), [...shape], 'int32');
    return tf.tensor4d(Float32Array.from(data), [...shape]);
  }

  private async fetch(tensor: Tensor, values: ReadonlyMap<Tensor, Value>): Promise<HostArray> {
    const value = values.get(tensor);
    if (!value) throw new GraphError(`${tensor.name}: was not computed`);
    const data = await value.data();
    if (tensor.type === 'u32') return packPixels(data, value.shape[3] ?? 4);
    return tensor.type === 'i32' ? Int32Array.from(data) : Float32Array.from(data);
  }

  private tensor(name: string): Tensor {
    const tensor = this.graph.inputs.get(name) ?? this.graph.outputs.get(name);
    if (!tensor) throw new GraphError(`no tensor "${name}"`);
    return tensor;
  }
}

/** Live tensors of tfjs, for leak tests. */
export const tensorCount = (): number => tf.memory().numTensors;
