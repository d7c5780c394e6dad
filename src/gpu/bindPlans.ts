/** Kernels' plans with buffers by role: pipelines and bind groups made once, replayed for every step. */
import { createStorage, createUniform } from './buffers';
import { pipelinesOf } from './pipelines';
import type { OpPlan } from './plan';

export interface BoundDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/**
 * @param owned takes the buffers that the plans need beyond the roles, params and scratch: the caller destroys them
 * @throws Error for a role without a buffer; GpuError where a shader does not compile
 */
export async function bindPlans(
  device: GPUDevice,
  plans: readonly OpPlan[],
  roles: Readonly<Record<string, GPUBuffer>>,
  owned: GPUBuffer[],
): Promise<BoundDispatch[]> {
  const cache = pipelinesOf(device);
  return Promise.all(
    plans.flatMap(({ dispatches, scratch }) => {
      const keep = (buffer: GPUBuffer): GPUBuffer => (owned.push(buffer), buffer);
      const inside = Object.entries(scratch).map(([role, bytes]) => [role, keep(createStorage(device, role, bytes))]);
      const all = { ...roles, ...(Object.fromEntries(inside) as Record<string, GPUBuffer>) };
      return dispatches.map(async (dispatch) => {
        const { name } = dispatch.shader;
        const buffers = dispatch.bindings.map((role) => {
          const buffer = all[role];
          if (!buffer) throw new Error(`${name} asks for "${role}", nobody has such a buffer.`);
          return buffer;
        });
        if (dispatch.params) buffers.push(keep(createUniform(device, `${name} params`, dispatch.params)));
        const { pipeline, layout } = await cache.get(dispatch);
        const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
        const group = device.createBindGroup({ label: name, layout, entries });
        return { pipeline, group, workgroups: dispatch.workgroups };
      });
    }),
  );
}

/** Records them all, in their order. */
export function dispatchAll(pass: GPUComputePassEncoder, dispatches: readonly BoundDispatch[]): void {
  for (const { pipeline, group, workgroups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...workgroups);
  }
}
