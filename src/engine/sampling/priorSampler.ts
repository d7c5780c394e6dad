/** The sampler on the GPU that a prior's process asks for, over the network that it asks for. */
import { spansOf } from '../../diffusion/layout';
import type { CompileOptions } from '../../models/compiled';
import type { PriorModel } from '../../models/loader';
import { codeCount } from '../../models/prior/config';
import { createPrior } from '../../models/prior/runtime';
import { createPriorStep, type GpuBackend } from '../../models/prior/stepRuntime';
import { CachedNetwork } from './cachedNetwork';
import { DdimSampler } from './ddimSampler';
import { PriorNetwork } from './gpuNetwork';
import { GpuSampler } from './gpuSampler';
import { LatentSpace } from './latentSpace';

export type PriorSampler = GpuSampler | DdimSampler;

export interface PriorSamplerShape {
  readonly batch: number;
  /** The network is evaluated with and without the condition. */
  readonly guided: boolean;
}

/**
 * @param codebook rows of the tokenizer's, [K, d]: asked for by a gaussian prior
 * @throws GraphError where the batch does not fit this GPU; the signal's reason when aborted
 */
export async function createPriorSampler(
  backend: GpuBackend,
  model: PriorModel,
  { batch, guided }: PriorSamplerShape,
  codebook: () => Float32Array,
  options: CompileOptions,
): Promise<PriorSampler> {
  const { context } = backend;
  const { config } = model.manifest;
  const all = { ...options, batch: batch * (guided ? 2 : 1) };
  const spans = spansOf(config.grids);
  if (config.process.kind === 'autoregressive') {
    const network = new CachedNetwork(context.device, await createPriorStep(backend, model, all), batch);
    return GpuSampler.create(context, network, { spans, batch, guided, raster: true });
  }
  const runtime = await createPrior(backend, model, all);
  const network = new PriorNetwork(context.device, runtime, batch, config.width);
  if (config.process.kind !== 'gaussian') return GpuSampler.create(context, network, { spans, batch, guided });
  const space = new LatentSpace(codebook(), config);
  return DdimSampler.create(context, network, space, { batch, length: codeCount(config), guided });
}
