/** The learning denoiser, loaded when it is asked for: a visitor who learns nothing downloads neither tfjs nor this. */
import type { GpuContext } from '../../gpu/device';
import { openTfjs, openTfjsOnDevice } from '../device';
import type { TfjsBackend } from '../types';
import type { TileTrainer } from './trainer';

export type { HostTensor, HostWeights, TileNetworkConfig } from './network';
export type { TileBatch, TileTrainer, TrainerState } from './trainer';

/** @throws Error where tfjs or the weights do not open */
export async function openTrainer(...given: Parameters<typeof TileTrainer.open>): Promise<TileTrainer> {
  return (await import('./trainer')).TileTrainer.open(...given);
}

/**
 * Where to learn beside a device of our own: on it; but on the CPU where WebGPU itself runs there, because hundreds of small dispatches a step
 * cost a software adapter more than the sums they are for.
 */
export async function openTfjsBeside(context: GpuContext): Promise<TfjsBackend> {
  if (!context.isSoftware) return openTfjsOnDevice(context);
  return openTfjs('wasm').catch(() => openTfjs('cpu'));
}
