/** How models are compiled for the engine's backend. */
import type { GpuContext } from '../gpu/device';
import type { ModelBackend } from '../models/compiled';
import type { Backend } from './backend';
import type { RunControl } from './runs';

/** A real GPU warms up in milliseconds; a software one would make the visitor wait twice. */
export const warmsUp = (backend: Backend): boolean => backend.kind === 'webgpu' && !backend.context.isSoftware;

export const compiling = ({ signal, report }: RunControl) => ({
  signal,
  onProgress: (fraction: number, message: string) => report?.({ stage: 'compile', fraction, message }),
});

/** f32: the same picture gives the same codes on every GPU. */
export const onGpu = (context: GpuContext) => ({ kind: 'webgpu', context, precision: 'f32' }) as const;

export const runtimeBackend = (backend: Backend): ModelBackend =>
  backend.kind === 'webgpu' ? onGpu(backend.context) : { kind: 'tfjs', tfjs: backend.tfjs };
