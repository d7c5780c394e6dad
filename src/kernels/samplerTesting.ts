/** Runs plans that bind the uniforms `run` and `step`, as the engine does. For tests. */
import { createStorage, createUniform, readBuffer, writeBuffer } from '../gpu/buffers';
import type { GpuContext } from '../gpu/device';
import { withErrorScopes } from '../gpu/errorScopes';
import { PipelineCache } from '../gpu/pipelines';
import type { OpPlan } from './kernel';

type Bytes = ArrayBufferView<ArrayBuffer>;

/** Plans with one buffer for each role; what is in a buffer stays from run to run. */
export interface SamplerBench {
  write(role: string, data: Bytes): void;
  /** All plans, one after the other, once for each of the steps' uniforms. */
  run(...steps: readonly ArrayBuffer[]): Promise<void>;
  i32(role: string): Promise<Int32Array<ArrayBuffer>>;
  f32(role: string): Promise<Float32Array<ArrayBuffer>>;
  destroy(): void;
}

const caches = new WeakMap<GPUDevice, PipelineCache>();

/** @param roles contents of the storage buffers, or elements of 4 bytes, filled with 0xff bytes so that an unwritten one shows */
export async function openSamplerBench(
  { device }: GpuContext,
  plans: readonly OpPlan[],
  run: ArrayBuffer,
  stepBytes: number,
  roles: Readonly<Record<string, Bytes | number>>,
): Promise<SamplerBench> {
  const cache = caches.get(device) ?? new PipelineCache(device);
  caches.set(device, cache);
  const buffers = new Map<string, GPUBuffer>([
    ['run', createUniform(device, 'run', run)],
    ['step', createUniform(device, 'step', new ArrayBuffer(stepBytes))],
  ]);
  for (const [role, given] of Object.entries(roles)) {
    const data = typeof given === 'number' ? new Uint8Array(given * 4).fill(0xff) : given;
    const buffer = createStorage(device, role, data.byteLength);
    writeBuffer(device, buffer, data);
    buffers.set(role, buffer);
  }
  const bufferOf = (role: string): GPUBuffer => {
    const buffer = buffers.get(role);
    if (!buffer) throw new Error(`no buffer for role "${role}"`);
    return buffer;
  };
  const dispatches = plans.flatMap((plan) => plan.dispatches);
  const stages = await withErrorScopes(device, () =>
    Promise.all(
      dispatches.map(async (dispatch) => {
        const { pipeline, layout } = await cache.get(dispatch);
        const entries = dispatch.bindings.map((role, binding) => ({ binding, resource: { buffer: bufferOf(role) } }));
        const group = device.createBindGroup({ label: dispatch.shader.name, layout, entries });
        return { pipeline, group, workgroups: dispatch.workgroups };
      }),
    ),
  );
  return {
    write: (role, data) => writeBuffer(device, bufferOf(role), data),
    run: (...steps) =>
      withErrorScopes(device, async () => {
        const table = createStorage(device, 'steps', steps.length * stepBytes);
        steps.forEach((bytes, i) => writeBuffer(device, table, bytes, i * stepBytes));
        const encoder = device.createCommandEncoder();
        for (const i of steps.keys()) {
          encoder.copyBufferToBuffer(table, i * stepBytes, bufferOf('step'), 0, stepBytes);
          const pass = encoder.beginComputePass();
          for (const { pipeline, group, workgroups } of stages) {
            pass.setPipeline(pipeline);
            pass.setBindGroup(0, group);
            pass.dispatchWorkgroups(...workgroups);
          }
          pass.end();
        }
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
        table.destroy();
      }),
    i32: async (role) => new Int32Array(await readBuffer(device, bufferOf(role))),
    f32: async (role) => new Float32Array(await readBuffer(device, bufferOf(role))),
    destroy: () => {
      for (const buffer of buffers.values()) buffer.destroy();
    },
  };
}
