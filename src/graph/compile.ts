import type { GpuContext } from '../gpu/device';
import { withErrorScopes } from '../gpu/errorScopes';
import { pipelinesOf } from '../gpu/pipelines';
import type { Dispatch, OpPlan } from '../kernels/kernel';
import { fuse } from './fuse';
import { GraphError, TooLargeError, constantsOf, tensorsOf, type Graph, type Node, type Tensor } from './ir';
import { planMemory, type Placement } from './memory';
import { bytesOf, constantType, planNode, type Precision } from './plans';
import { CompiledGraph, type BoundDispatch, type Step } from './replay';
import type { UploadHooks, WeightRequest, WeightStore } from './weights';

export interface CompileOptions {
  readonly precision: Precision;
  /** `fraction` 0..1 over weights and pipelines together. */
  readonly onProgress?: (fraction: number, message: string) => void;
  readonly signal?: AbortSignal;
}

const UNIFORM_ALIGNMENT = 256;
/** A tab that takes more is likely to be killed on a phone or a laptop with shared memory. */
const MAX_ACTIVATION_BYTES = 2 ** 30;

/**
 * Makes everything that a run needs: fused ops, buffers by liveness, weights, pipelines (in parallel), bind groups.
 * @throws GraphError where something exceeds what this GPU binds; GpuError where a shader does not compile;
 *   the signal's reason when aborted. Nothing stays behind then, except weights in the store.
 */
export async function compileGraph(
  context: GpuContext,
  source: Graph,
  weights: WeightStore,
  options: CompileOptions,
): Promise<CompiledGraph> {
  const { precision, signal, onProgress } = options;
  if (precision === 'f16' && !context.features.has('shader-f16'))
    throw new GraphError('this GPU has no shader-f16: compile with f32');
  const graph = fuse(source, precision);
  const plans = new Map(graph.nodes.map((node) => [node, planNode(node, precision, context.target)]));
  const planOf = (node: Node): OpPlan => plans.get(node) ?? { dispatches: [], scratch: {} };
  const placement = planMemory(
    graph,
    (tensor) => bytesOf(tensor, precision),
    (node) => planOf(node).scratch,
  );
  checkLimits(context, graph, placement, precision);

  const requests = graph.nodes.flatMap((node) =>
    constantsOf(node).map(([, constant]) => ({ constant, dtype: constantType(node, constant, precision) })),
  );
  const dispatches = [...plans.values()].flatMap((plan) => plan.dispatches);
  await prepare(context, weights, requests, dispatches, { signal, onProgress });
  signal?.throwIfAborted();

  const { device } = context;
  const owned: GPUBuffer[] = [];
  try {
    return await withErrorScopes(device, async () => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      for (const [i, size] of placement.slots.entries())
        owned.push(device.createBuffer({ label: `slot ${i}`, size: Math.max(16, size), usage }));
      const slots = [...owned];
      const params = packParams(device, dispatches);
      owned.push(params.buffer);
      const steps = await Promise.all(
        graph.nodes.map(async (node): Promise<Step> => {
          const resources = bindingsOf(node, placement, slots, weights, precision);
          const bound = planOf(node).dispatches.map((dispatch) =>
            bind(device, node, dispatch, resources, params.ranges.get(dispatch)),
          );
          return { name: node.name, op: node.op, segment: node.segment, dispatches: await Promise.all(bound) };
        }),
      );
      const parts = { graph, precision, steps, slots, slotOf: placement.tensors, params: params.buffer, weights };
      return new CompiledGraph(context, parts);
    });
  } catch (error) {
    for (const buffer of owned) buffer.destroy();
    throw error;
  }
}

async function bind(
  device: GPUDevice,
  node: Node,
  dispatch: Dispatch,
  resources: ReadonlyMap<string, GPUBufferBinding>,
  uniform: GPUBufferBinding | undefined,
): Promise<BoundDispatch> {
  const { pipeline, layout } = await pipelinesOf(device).get(dispatch);
  const bindings = dispatch.bindings.map((role) => {
    const resource = resources.get(role);
    if (!resource) throw new GraphError(`${node.name}: ${dispatch.shader.name} asks for "${role}", nobody has it`);
    return resource;
  });
  const entries = [...bindings, ...(uniform ? [uniform] : [])].map((resource, binding) => ({ binding, resource }));
  const group = device.createBindGroup({ label: `${node.name}: ${dispatch.shader.name}`, layout, entries });
  return { pipeline, group, workgroups: dispatch.workgroups };
}

/** Weights and pipelines at the same time: the driver compiles while we pack. */
async function prepare(
  context: GpuContext,
  weights: WeightStore,
  requests: readonly WeightRequest[],
  dispatches: readonly Dispatch[],
  { signal, onProgress }: Pick<CompileOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const cache = pipelinesOf(context.device);
  let uploaded = 0;
  let compiled = 0;
  const report = () =>
    onProgress?.(
      (uploaded + compiled / Math.max(1, dispatches.length)) / 2,
      `${compiled} of ${dispatches.length} kernels`,
    );
  const hooks: UploadHooks = {
    signal,
    onProgress: (fraction) => {
      uploaded = fraction;
      report();
    },
  };
  const pipelines = dispatches.map(async (dispatch) => {
    await cache.get(dispatch);
    compiled++;
    report();
  });
  // The upload is waited for even when a pipeline failed: it must not go on behind the caller's back.
  const results = await Promise.allSettled([weights.upload(requests, hooks), ...pipelines]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function checkLimits(context: GpuContext, graph: Graph, { tensors, slots }: Placement, precision: Precision): void {
  const total = slots.reduce((sum, size) => sum + size, 0);
  if (total > MAX_ACTIVATION_BYTES)
    throw new TooLargeError(
      `activations take ${(total / 2 ** 20).toFixed(0)} MiB, at most ${MAX_ACTIVATION_BYTES / 2 ** 20} MiB are taken. ` +
        'Encode and decode in tiles, or take a smaller picture.',
    );
  const { maxStorageBufferBindingSize, maxBufferSize } = context.limits;
  const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  for (const tensor of tensors.keys()) {
    const size = bytesOf(tensor, precision);
    if (size <= limit) continue;
    const maker = graph.nodes.find((node) => tensorsOf(node.writes).some(([, made]) => made === tensor));
    throw new TooLargeError(
      `${maker?.name ?? tensor.name}: [${tensor.shape.join(', ')}] takes ${(size / 2 ** 20).toFixed(0)} MiB, this GPU binds at most ` +
        `${(limit / 2 ** 20).toFixed(0)} MiB. Encode and decode in tiles, or take a smaller picture${precision === 'f32' ? ' or f16' : ''}.`,
    );
  }
}

/** Everything that the roles of an op's dispatches may mean. */
function bindingsOf(
  node: Node,
  placement: Placement,
  slots: readonly GPUBuffer[],
  weights: WeightStore,
  precision: Precision,
): Map<string, GPUBufferBinding> {
  const slot = (index: number | undefined, what: string): GPUBuffer => {
    const buffer = slots[index ?? -1];
    if (!buffer) throw new GraphError(`${node.name}: ${what} has no buffer; was it made before it is read?`);
    return buffer;
  };
  const tensor = ([role, value]: [string, Tensor]): [string, GPUBufferBinding] => [
    role,
    { buffer: slot(placement.tensors.get(value), value.name), size: Math.max(16, bytesOf(value, precision)) },
  ];
  return new Map<string, GPUBufferBinding>([
    ...tensorsOf(node.reads).map(tensor),
    ...tensorsOf(node.writes).map(tensor),
    ...constantsOf(node).map(([role, constant]): [string, GPUBufferBinding] => [
      role,
      weights.binding({ constant, dtype: constantType(node, constant, precision) }),
    ]),
    ...[...(placement.scratch.get(node) ?? [])].map(([role, index]): [string, GPUBufferBinding] => [
      role,
      { buffer: slot(index, role) },
    ]),
  ]);
}

/** All Params structs in one uniform buffer, written once; equal ones share a place. */
function packParams(device: GPUDevice, dispatches: readonly Dispatch[]) {
  const places = new Map<string, { offset: number; bytes: Uint8Array }>();
  const ranges = new Map<Dispatch, { offset: number; size: number }>();
  let end = 0;
  for (const dispatch of dispatches) {
    if (!dispatch.params) continue;
    const bytes = new Uint8Array(dispatch.params);
    const key = bytes.join();
    const place = places.get(key) ?? { offset: end, bytes };
    if (!places.has(key)) end += Math.ceil(bytes.length / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
    places.set(key, place);
    ranges.set(dispatch, { offset: place.offset, size: Math.ceil(bytes.length / 16) * 16 });
  }
  const buffer = device.createBuffer({
    label: 'params',
    size: Math.max(UNIFORM_ALIGNMENT, end),
    usage: GPUBufferUsage.UNIFORM,
    mappedAtCreation: true,
  });
  const mapped = new Uint8Array(buffer.getMappedRange());
  for (const { offset, bytes } of places.values()) mapped.set(bytes, offset);
  buffer.unmap();
  return {
    buffer,
    ranges: new Map([...ranges].map(([dispatch, range]) => [dispatch, { buffer, ...range }])),
  };
}
