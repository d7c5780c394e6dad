/** What the tests of the kernels share. */
import { fromHalfs, toHalfs } from '../gpu/halfs';
import type { Elem, Target } from './kernel';

/** A machine for tests of plans that never run: a GPU with the smallest limits WebGPU allows. */
export const smallTarget: Target = {
  isSoftware: false,
  features: new Set(),
  limits: {
    maxComputeWorkgroupsPerDimension: 65535,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16384,
    maxStorageBufferBindingSize: 128 * 1024 * 1024,
    maxStorageBuffersPerShaderStage: 8,
  },
};

/** What a buffer of this type makes of the values. */
export const stored = (elem: Elem, values: Float32Array): Float32Array =>
  elem === 'f16' ? fromHalfs(toHalfs(values)) : values;

/** Rounding of one value when it is stored. */
export const storageError = (elem: Elem): number => (elem === 'f16' ? 2 ** -10 : 2 ** -22);
