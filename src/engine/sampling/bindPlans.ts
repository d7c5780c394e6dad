/** Kernels' plans with buffers by role: pipelines and bind groups made once, replayed for every step. */
import { PipelineCache } from '../../gpu/pipelines';
import type { OpPlan } from '../../kernels/kernel';

export interface BoundDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

const caches = new WeakMap<GPUDevice, PipelineCache>();

/** @throws Error for a role without a buffer; GpuError where a shader does not compile */
export async function bindPlans(
  device: GPUDevice,
  plans: readonly OpPlan[],
  roles: Readonly<Record<string, GPUBuffer>>,
): Promise<BoundDispatch[]> {
  const cache = caches.get(device) ?? new PipelineCache(device);
  caches.set(device, cache);
  return Promise.all(
    plans.flatMap(({ dispatches }) =>
      dispatches.map(async (dispatch) => {
        const { pipeline, layout } = await cache.get(dispatch);
        const entries = dispatch.bindings.map((role, binding) => {
          const buffer = roles[role];
          if (!buffer) throw new Error(`${dispatch.shader.name} asks for "${role}", the sampler has no such buffer.`);
          return { binding, resource: { buffer } };
        });
        const group = device.createBindGroup({ label: dispatch.shader.name, layout, entries });
        return { pipeline, group, workgroups: dispatch.workgroups };
      }),
    ),
  );
}

export function dispatchAll(pass: GPUComputePassEncoder, dispatches: readonly BoundDispatch[]): void {
  for (const { pipeline, group, workgroups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...workgroups);
  }
}
