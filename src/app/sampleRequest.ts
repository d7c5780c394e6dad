/** `tessera.sample`: a flat request with the field's names, and defaults by the kind of prior. */
import type { PriorSummary, SampleOptions, SamplerSpec, ScheduleSpec } from '../engine/types';

export interface SampleRequest {
  /** A prior's id. Default: the first prior. */
  readonly model?: string;
  /** Words; what the prior does not know is told in the result. */
  readonly prompt?: string;
  readonly style?: string;
  readonly group?: string;
  /** u32; sample i takes seed + i. Default: 0. */
  readonly seed?: number;
  /** 1 .. 16. Default: 1. */
  readonly batch?: number;
  /** Default: 'posterior' for discrete diffusion; 'autoregressive' and 'ddim' for priors of those kinds. 'ancestral' is 'posterior' with all T steps. */
  readonly sampler?: SamplerSpec['kind'] | 'ancestral';
  /** Default: 25. */
  readonly numSteps?: number;
  readonly guidanceScale?: number;
  readonly temperature?: number;
  readonly topK?: number;
  /** VQ-Diffusion's truncation r; 1: off. */
  readonly truncation?: number;
  readonly schedule?: ScheduleSpec;
  /** Of single samplers: MaskGIT, purity, ReMDM. */
  readonly choiceTemperature?: number;
  readonly purityWeight?: number;
  readonly eta?: number;
}

const DEFAULT_STEPS = 25;
/** What the scores in the model cards are made with. */
const DEFAULT_GUIDANCE = 3;

/** @throws Error for a sampler's name that nobody knows */
export function samplerOf(request: SampleRequest, { config: { process } }: Pick<PriorSummary, 'config'>): SamplerSpec {
  const { numSteps = DEFAULT_STEPS, choiceTemperature = 4.5, purityWeight = 1, eta = 0.2 } = request;
  const usual =
    process.kind === 'autoregressive' ? 'autoregressive' : process.kind === 'gaussian' ? 'ddim' : 'posterior';
  const kind = request.sampler ?? usual;
  switch (kind) {
    case 'ancestral':
      return { kind: 'posterior', numSteps: 'numTimesteps' in process ? process.numTimesteps : numSteps };
    case 'posterior':
    case 'released-fast':
    case 'halton':
    case 'ddim':
      return { kind, numSteps };
    case 'maskgit':
      return { kind, numSteps, choiceTemperature };
    case 'purity':
      return { kind, numSteps, purityWeight };
    case 'remdm':
      return { kind, numSteps, eta };
    case 'autoregressive':
      return { kind };
    default:
      throw new Error(
        `There is no sampler "${String(kind)}": posterior, ancestral, released-fast, maskgit, halton, purity, remdm, autoregressive and ddim are known.`,
      );
  }
}

/** @param model the prior that was asked for */
export function sampleOptions(request: SampleRequest, model: Pick<PriorSummary, 'id' | 'config'>): SampleOptions {
  const { prompt, style, group, seed = 0, batch = 1, schedule = { kind: 'model' } } = request;
  const { guidanceScale = DEFAULT_GUIDANCE, temperature = 1, topK = 0, truncation = 1 } = request;
  return {
    model: model.id,
    condition: { ...(prompt && { words: prompt }), ...(style && { style }), ...(group && { group }) },
    seed,
    batch,
    sampler: samplerOf(request, model),
    schedule,
    distribution: { guidanceScale, temperature, topK, truncation },
  };
}
