/**
 * The two ways to sample that are raced, each with the engine's own code: ours with everything on the GPU (`GpuMachine`), and stock tfjs for the
 * network with the samplers of diffusion/ in TypeScript (`HostMachine`), as the engine does where there is no WebGPU.
 */
import { PLAIN } from '../src/diffusion/distribution';
import { spansOf } from '../src/diffusion/layout';
import { GpuMachine } from '../src/engine/sampling/gpuMachine';
import { PriorNetwork } from '../src/engine/sampling/gpuNetwork';
import { GpuSampler } from '../src/engine/sampling/gpuSampler';
import { HostMachine, PriorDenoiser } from '../src/engine/sampling/hostMachine';
import type { Machine } from '../src/engine/sampling/machine';
import type { GpuContext } from '../src/gpu/device';
import type { ModelBackend } from '../src/models/compiled';
import type { PriorModel, VqvaeModel } from '../src/models/loader';
import { codeCount } from '../src/models/prior/config';
import { createPrior, type PriorRuntime } from '../src/models/prior/runtime';
import { createVqvae, type VqvaeRuntime } from '../src/models/vqvae/runtime';
import type { TfjsBackend } from '../src/tfjs/device';

/** What is sampled: one picture, without a condition. */
export interface Pair {
  readonly prior: PriorModel;
  /** Null: nothing is decoded. */
  readonly tokenizer: VqvaeModel | null;
}

export interface Side {
  /** The network alone. */
  readonly network: PriorRuntime;
  readonly tokenizer: VqvaeRuntime | null;
  /** A machine as a run of the engine gets one. */
  machine(): Machine;
  dispose(): void;
}

/** Our kernels. */
export async function openOurs(context: GpuContext, { prior, tokenizer }: Pair): Promise<Side> {
  const backend = { kind: 'webgpu', context, precision: 'f32' } as const;
  const { config } = prior.manifest;
  const network = await createPrior(backend, prior);
  const sampled = new PriorNetwork(context.device, await createPrior(backend, prior), 1, config.width);
  const sampler = await GpuSampler.create(context, sampled, { spans: spansOf(config.grids), batch: 1, guided: false });
  const decoder = await openTokenizer(backend, tokenizer);
  return {
    network,
    tokenizer: decoder,
    machine: () => new GpuMachine(context, sampler, noCondition(prior), PLAIN, 0, true),
    dispose() {
      for (const part of [network, sampler, decoder]) part?.dispose();
    },
  };
}

/** tfjs on any backend. */
export async function openPeer(tfjs: TfjsBackend, { prior, tokenizer }: Pair): Promise<Side> {
  const backend = { kind: 'tfjs', tfjs } as const;
  const { config } = prior.manifest;
  const network = await createPrior(backend, prior);
  const decoder = await openTokenizer(backend, tokenizer);
  const denoiser = new PriorDenoiser(network, config, noCondition(prior), 1, codeCount(config));
  return {
    network,
    tokenizer: decoder,
    machine: () => new HostMachine(denoiser, PLAIN, 0, true),
    dispose() {
      for (const part of [network, decoder]) part?.dispose();
    },
  };
}

const noCondition = ({ manifest }: PriorModel) => new Int32Array(manifest.config.contextLength);

async function openTokenizer(backend: ModelBackend, model: VqvaeModel | null): Promise<VqvaeRuntime | null> {
  if (!model) return null;
  const { size } = model.manifest.preprocess;
  return createVqvae(backend, model, { width: size, height: size });
}
