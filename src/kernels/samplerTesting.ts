/** Runs plans that bind the uniforms `run` and `step`, as the engine does. For tests. */
import { bindPlans, dispatchAll } from '../gpu/bindPlans';
import { createStorage, createUniform, readBuffer, writeBuffer } from '../gpu/buffers';
import type { GpuContext } from '../gpu/device';
import { withErrorScopes } from '../gpu/errorScopes';
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

/** @param roles contents of the storage buffers, or elements of 4 bytes, filled with 0xff bytes so that an unwritten one shows */
export async function openSamplerBench(
  { device }: GpuContext,
  plans: readonly OpPlan[],
  run: ArrayBuffer,
  stepBytes: number,
  roles: Readonly<Record<string, Bytes | number>>,
): Promise<SamplerBench> {
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
  const owned: GPUBuffer[] = [];
  const dispatches = await withErrorScopes(device, () => bindPlans(device, plans, Object.fromEntries(buffers), owned));
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
          dispatchAll(pass, dispatches);
          pass.end();
        }
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
        table.destroy();
      }),
    i32: async (role) => new Int32Array(await readBuffer(device, bufferOf(role))),
    f32: async (role) => new Float32Array(await readBuffer(device, bufferOf(role))),
    destroy: () => {
      for (const buffer of [...buffers.values(), ...owned]) buffer.destroy();
    },
  };
}
