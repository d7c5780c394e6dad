/**
 * TensorFlow.js 4.22.0 and where it runs. tfjs and each of its backends are loaded when they are asked for: a visitor
 * with WebGPU never downloads them.
 */
import type { GpuContext } from '../gpu/device';
import type { TfjsBackend } from './types';

export type { TfjsBackend, TfjsBackendName } from './types';

/**
 * Opens tfjs on the CPU.
 * @throws Error where the browser has no WebAssembly or the .wasm file does not come.
 */
export async function openTfjs(name: 'cpu' | 'wasm'): Promise<TfjsBackend> {
  return (await import('./backends')).openCpu(name);
}

/** Opens tfjs on OUR device, so that its buffers and ours can be timed and freed together. It never destroys the device. */
export async function openTfjsOnDevice(context: GpuContext): Promise<TfjsBackend> {
  return (await import('./backends')).openOnDevice(context);
}

/**
 * Where gradients are taken beside a device of our own: on it; but on the CPU where WebGPU itself runs there, because hundreds of small dispatches a
 * step cost a software adapter more than the sums they are for.
 */
export async function openTfjsBeside(context: GpuContext): Promise<TfjsBackend> {
  if (!context.isSoftware) return openTfjsOnDevice(context);
  return openTfjs('wasm').catch(() => openTfjs('cpu'));
}
