/** The learning denoiser, loaded when it is asked for: a visitor who learns nothing downloads neither tfjs nor this. */
import type { TileTrainer } from './trainer';

export type { HostTensor, HostWeights, TileNetworkConfig } from './network';
export type { TileBatch, TileTrainer, TrainerState } from './trainer';

/** @throws Error where tfjs or the weights do not open */
export async function openTrainer(...given: Parameters<typeof TileTrainer.open>): Promise<TileTrainer> {
  return (await import('./trainer')).TileTrainer.open(...given);
}
