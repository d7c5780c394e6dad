/** Runs one op plan on a device, as the graph compiler would, and reads everything back. For tests and benches. */
import { createStorage, createUniform, readBuffer, writeBuffer } from '../buffers';
import { withErrorScopes } from '../errorScopes';
import type { GpuContext } from '../device';
import { fromHalfs, toHalfs } from '../halfs';
import { pipelinesOf } from '../pipelines';
import type { DType, Dispatch, OpPlan } from '../plan';
import { sizeOf } from '../plan';

/** A tensor given (`data`, converted to `dtype`) or asked for (`length` elements, read back). */
export type RoleBuffer =
  { readonly dtype: DType; readonly data: ArrayLike<number> } | { readonly dtype: DType; readonly length: number };

export type RunOutputs = Record<string, Float32Array | Int32Array | Uint32Array>;

/** Numbers as the bytes of `dtype`. */
export function encode(dtype: DType, data: ArrayLike<number>): ArrayBufferView<ArrayBuffer> {
  if (dtype === 'f16') return toHalfs(data);
  if (dtype === 'f32') return Float32Array.from(data);
  return dtype === 'i32' ? Int32Array.from(data) : Uint32Array.from(data);
}

function decode(dtype: DType, bytes: ArrayBuffer): Float32Array | Int32Array | Uint32Array {
  if (dtype === 'f16') return fromHalfs(new Uint16Array(bytes));
  if (dtype === 'f32') return new Float32Array(bytes);
  return dtype === 'i32' ? new Int32Array(bytes) : new Uint32Array(bytes);
}

/** A plan with buffers and bind groups made, ready to be recorded again and again. */
export interface PreparedPlan {
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  record(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/** Makes the buffers (outputs are filled with 0xff bytes, so that an unwritten element shows), pipelines, bind groups. */
export async function preparePlan(
  context: GpuContext,
  plan: OpPlan,
  roles: Readonly<Record<string, RoleBuffer>>,
): Promise<PreparedPlan> {
  const { device } = context;
  const cache = pipelinesOf(device);
  const buffers = new Map<string, GPUBuffer>();
  for (const [role, sizeBytes] of Object.entries(plan.scratch))
    buffers.set(role, createStorage(device, role, sizeBytes));
  for (const [role, tensor] of Object.entries(roles)) {
    const length = 'data' in tensor ? tensor.data.length : tensor.length;
    const buffer = createStorage(device, role, length * sizeOf(tensor.dtype));
    const bytes = 'data' in tensor ? encode(tensor.dtype, tensor.data) : new Uint8Array(buffer.size).fill(0xff);
    writeBuffer(device, buffer, bytes);
    buffers.set(role, buffer);
  }
  const uniforms: GPUBuffer[] = [];
  const bind = async (dispatch: Dispatch) => {
    const { pipeline, layout } = await cache.get(dispatch);
    const bound = dispatch.bindings.map((role) => {
      const buffer = buffers.get(role);
      if (!buffer) throw new Error(`${dispatch.shader.name}: no buffer for role "${role}"`);
      return buffer;
    });
    if (dispatch.params) {
      const uniform = createUniform(device, `${dispatch.shader.name} params`, dispatch.params);
      uniforms.push(uniform);
      bound.push(uniform);
    }
    const entries = bound.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = device.createBindGroup({ label: dispatch.shader.name, layout, entries });
    return { pipeline, group, workgroups: dispatch.workgroups };
  };
  const steps = await Promise.all(plan.dispatches.map(bind));
  return {
    buffers,
    record(pass) {
      for (const { pipeline, group, workgroups } of steps) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...workgroups);
      }
    },
    destroy() {
      for (const buffer of [...buffers.values(), ...uniforms]) buffer.destroy();
    },
  };
}

/** Runs the plan inside all three error scopes and returns every role that was given with a `length`. */
export function runPlan(
  context: GpuContext,
  plan: OpPlan,
  roles: Readonly<Record<string, RoleBuffer>>,
): Promise<RunOutputs> {
  const { device } = context;
  return withErrorScopes(device, async () => {
    const prepared = await preparePlan(context, plan, roles);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    prepared.record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const outputs: RunOutputs = {};
    for (const [role, tensor] of Object.entries(roles)) {
      const buffer = prepared.buffers.get(role);
      if ('data' in tensor || !buffer) continue;
      outputs[role] = decode(tensor.dtype, await readBuffer(device, buffer, tensor.length * sizeOf(tensor.dtype)));
    }
    prepared.destroy();
    return outputs;
  });
}
