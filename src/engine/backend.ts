/**
 * Where the work runs. `openBackend` tries what was asked for: WebGPU on a device of our own, else tfjs on WASM, else
 * tfjs in plain JavaScript; it says in one sentence why it did not take the first.
 */
import { createDevice, type GpuContext } from '../gpu/device';
import type { BackendChoice, BackendName, Capabilities } from './types';
import { openTfjs, type TfjsBackend } from '../tfjs/device';

export type Backend =
  | { readonly kind: 'webgpu'; readonly context: GpuContext; readonly capabilities: Capabilities }
  | { readonly kind: 'wasm' | 'cpu'; readonly tfjs: TfjsBackend; readonly capabilities: Capabilities };

const CPU_ADAPTERS = {
  wasm: 'TensorFlow.js WASM on the CPU',
  cpu: 'TensorFlow.js in plain JavaScript on the CPU',
} as const;

/**
 * Opens a backend.
 * @param gpu `navigator.gpu`, or null where there is none (or where the visitor does not want it)
 * @param avoidGpu why 'auto' should not try the GPU, in one sentence for the visitor
 * @throws only where not even plain JavaScript works, or where the one backend asked for by name does not
 */
export async function openBackend(choice: BackendChoice, gpu: GPU | null, avoidGpu?: string): Promise<Backend> {
  const all: readonly BackendName[] = avoidGpu === undefined ? ['webgpu', 'wasm', 'cpu'] : ['wasm', 'cpu'];
  const wanted = choice === 'auto' ? all : [choice];
  const reasons: string[] = avoidGpu === undefined ? [] : [avoidGpu];
  for (const name of wanted) {
    try {
      return name === 'webgpu' ? await openWebGpu(gpu) : await openCpu(name, reasons[0] ?? null);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join(' '));
}

/** Frees a backend and everything on it. */
export function closeBackend(backend: Backend): void {
  if (backend.kind === 'webgpu') backend.context.device.destroy();
  else backend.tfjs.dispose();
}

async function openWebGpu(gpu: GPU | null): Promise<Backend> {
  const context = await createDevice(gpu);
  return {
    kind: 'webgpu',
    context,
    capabilities: {
      backend: 'webgpu',
      adapter: context.name,
      features: [...context.features],
      limits: { ...context.limits },
      isFallbackAdapter: context.isSoftware,
      notice: null,
    },
  };
}

async function openCpu(name: 'wasm' | 'cpu', reason: string | null): Promise<Backend> {
  const tfjs = await openTfjs(name);
  return {
    kind: name,
    tfjs,
    capabilities: {
      backend: name,
      adapter: CPU_ADAPTERS[name],
      features: [],
      limits: {},
      isFallbackAdapter: false,
      notice: reason,
    },
  };
}
