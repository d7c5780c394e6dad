/** Kernels' plans with buffers by role: pipelines and bind groups made once, replayed for every step. */
import { pipelinesOf } from './pipelines';
import type { OpPlan } from './plan';

export interface BoundDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** @throws Error for a role without a buffer; GpuError where a shader does not compile */
export async function bindPlans(
  device: GPUDevice,
  plans: readonly OpPlan[],
  roles: Readonly<Record<string, GPUBuffer>>,
): Promise<BoundDispatch[]> {
  const cache = pipelinesOf(device);
  return Promise.all(
    plans.flatMap(({ dispatches }) =>
      dispatches.map(async (dispatch) => {
        const { pipeline, layout } = await cache.get(dispatch);
        const entries = dispatch.bindings.map((role, binding) => {
          const buffer = roles[role];
          if (!buffer) throw new Error(`${dispatch.shader.name} asks for "${role}", nobody has such a buffer.`);
          return { binding, resource: { buffer } };
        });
        const group = device.createBindGroup({ label: dispatch.shader.name, layout, entries });
        return { pipeline, group, workgroups: dispatch.workgroups };
      }),
    ),
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
