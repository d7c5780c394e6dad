/** The backends themselves; `device.ts` loads this module when one is asked for. */
import * as tf from '@tensorflow/tfjs-core';
import type { GpuContext } from '../gpu/device';
import type { TfjsBackend, TfjsBackendName } from './types';

const isNode = typeof process !== 'undefined' && !!process.versions?.node;

/**
 * Opens tfjs on the CPU.
 * @throws Error where the browser has no WebAssembly or the .wasm file does not come.
 */
export async function openCpu(name: 'cpu' | 'wasm'): Promise<TfjsBackend> {
  if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else await loadWasm();
  await activate(name, 'TensorFlow.js could not start. Reload the page, or use another backend.');
  return { name, threads: name === 'wasm' ? await threadCount() : 1, dispose: () => shut(name) };
}

/** Opens tfjs on OUR device, so that its buffers and ours can be timed and freed together. It never destroys the device. */
export async function openOnDevice({ device, info }: GpuContext): Promise<TfjsBackend> {
  // tfjs looks for `navigator.gpu` and will not run without; Node has none, and the device is already here.
  const scope = globalThis as { navigator?: object };
  if (!scope.navigator) Object.defineProperty(scope, 'navigator', { value: {}, configurable: true });
  if (!('gpu' in globalThis.navigator))
    Object.defineProperty(globalThis.navigator, 'gpu', { value: {}, configurable: true });
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info), 3);
  // Off: it silently runs small ops on the CPU, and a benchmark would time those.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await activate('webgpu', 'TensorFlow.js could not start on this device.');
  return { name: 'webgpu', threads: 1, dispose: () => shut('webgpu') };
}

/** Makes `name` the backend of the calls that follow. tfjs has one active backend. */
export async function activate(
  name: TfjsBackendName,
  failure = `TensorFlow.js has no ${name} backend.`,
): Promise<void> {
  if (tf.getBackend() !== name && !(await tf.setBackend(name))) throw new Error(failure);
  await tf.ready();
}

/** Frees a backend; its factory stays, because the module that registers it runs only once. */
function shut(name: TfjsBackendName): void {
  const factory = tf.findBackendFactory(name);
  if (!factory) return;
  tf.removeBackend(name);
  tf.registerBackend(name, factory);
}

async function loadWasm(): Promise<void> {
  if (typeof WebAssembly === 'undefined') throw new Error('This browser has no WebAssembly.');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  if (isNode) return;
  // The bundler copies the three builds (plain, SIMD, SIMD with threads) and gives their addresses; tfjs takes the best.
  const [plain, simd, threaded] = await Promise.all([
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'),
  ]);
  wasm.setWasmPaths({
    'tfjs-backend-wasm.wasm': plain.default,
    'tfjs-backend-wasm-simd.wasm': simd.default,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded.default,
  });
}

async function threadCount(): Promise<number> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  try {
    return wasm.getThreadsCount();
  } catch {
    // Thrown where the build without threads is in use.
    return 1;
  }
}
