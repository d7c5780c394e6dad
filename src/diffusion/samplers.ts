/**
 * A sampler is a plan: a list of steps, made before the first one and the same for the whole batch. What carries a plan out (run.ts on a CPU,
 * engine/sampling on a GPU) knows two kinds of steps and no sampler by name.
 */
import {
  mostRemasked,
  PLAIN_DRAW,
  posteriorCoefficients,
  remaskingCoefficients,
  type PosteriorCoefficients,
} from './posterior';
import { networkTime, type DiscreteKind, type Schedule } from './schedule';

export type SamplerSpec =
  /** The exact posterior p(xs | xt) from step to step; numSteps = T is ancestral sampling. */
  | { readonly kind: 'posterior'; readonly numSteps: number }
  /**
   * The released VQ-Diffusion code's fast sampling: the one-step posterior of an earlier time, which reveals too little and then all at once.
   * As there the network is asked at every so-manieth time and at 1, which may be one evaluation more than `numSteps`.
   */
  | { readonly kind: 'released-fast'; readonly numSteps: number }
  /** Improved VQ-Diffusion (Tang et al. 2022): an even number of places a step, the purest first. `purityWeight` r sharpens them. */
  | { readonly kind: 'purity'; readonly numSteps: number; readonly purityWeight: number }
  /** MaskGIT (Chang et al. 2022): the most confident stay, cosine schedule; Gumbel noise times `choiceTemperature` (1 - ratio). */
  | { readonly kind: 'maskgit'; readonly numSteps: number; readonly choiceTemperature: number }
  /** Halton order (Besnier et al. 2025), as many places a step as MaskGIT. */
  | { readonly kind: 'halton'; readonly numSteps: number }
  /** ReMDM (Wang et al. 2025), "rescale": codes are masked again with `eta` times the largest probability. */
  | { readonly kind: 'remdm'; readonly numSteps: number; readonly eta: number }
  /** One code after the other, in raster order. */
  | { readonly kind: 'autoregressive' }
  /** Gaussian diffusion on latents (Song et al. 2021), eta = 0. */
  | { readonly kind: 'ddim'; readonly numSteps: number };

/** Those that reveal places of [MASK] one after the other, whatever the process ends in. */
type RevealSpec = Extract<SamplerSpec, { kind: 'maskgit' | 'halton' | 'purity' }>;

export const reveals = (spec: SamplerSpec): spec is RevealSpec =>
  spec.kind === 'maskgit' || spec.kind === 'halton' || spec.kind === 'purity';

export type SamplerKind = SamplerSpec['kind'];
export type ProcessKind = DiscreteKind | 'autoregressive' | 'gaussian';

/** Which samplers a model's process can be sampled with. */
export function samplersOf(process: ProcessKind): readonly SamplerKind[] {
  switch (process) {
    case 'autoregressive':
      return ['autoregressive'];
    case 'gaussian':
      return ['ddim'];
    case 'uniform':
      return ['posterior', 'released-fast'];
    case 'absorbing':
    case 'mask-replace':
      return [
        'posterior',
        'released-fast',
        'maskgit',
        'halton',
        'purity',
        ...(process === 'absorbing' ? (['remdm'] as const) : []),
      ];
  }
}

interface CommonStep {
  /** 1, 2, ...: the first counter of the step's random numbers. */
  readonly number: number;
  /** Time of the schedule before and after; `to` 0 is the result. */
  readonly from: number;
  readonly to: number;
  /** What the network is told. */
  readonly networkTime: number;
}

/** Every place draws xs from p(xs | xt) for itself. */
export interface PosteriorStep extends CommonStep {
  readonly kind: 'posterior';
  readonly coefficients: PosteriorCoefficients;
}

/** Every masked place draws a code; all but the `masked` places of least priority keep it. */
export interface RevealStep extends CommonStep {
  readonly kind: 'reveal';
  /** Places that are [MASK] afterwards (never more than before). */
  readonly masked: number;
  /** confidence: log p0 of the drawn code; purity: log of the largest p0; order: Halton's. */
  readonly priority: 'confidence' | 'purity' | 'order';
  /** Gumbel noise on the priority, times this. */
  readonly noise: number;
  /** Codes are drawn from p0^(1 + sharpen max p0), normalised. */
  readonly sharpen: number;
}

export type SamplerStep = PosteriorStep | RevealStep;

export interface PlanOptions {
  /** The schedule that is sampled, and the one that the network was trained with. */
  readonly schedule: Schedule;
  readonly trained: Schedule;
  /** Begin at this time (a fork, a hole smaller than the picture). Default: T. */
  readonly start?: number;
  /** Places that are [MASK] at the start: what the revealing samplers share out. */
  readonly masked: number;
  /** Of the first step, for a run that goes on. Default: 1. */
  readonly firstNumber?: number;
}

/** The step of a raster run (autoregression) that draws `place` from p0 as it is. @param length codes of the whole sequence */
export const rasterStep = (place: number, length: number): PosteriorStep => ({
  kind: 'posterior',
  number: place + 1,
  from: length - place,
  to: length - place - 1,
  networkTime: 0,
  coefficients: PLAIN_DRAW,
});

/** `start` down to 0 in at most `numSteps` even steps; every time once. */
export function stepTimes(start: number, numSteps: number): number[] {
  const times = Array.from({ length: numSteps + 1 }, (_, i) => Math.round((start * (numSteps - i)) / numSteps));
  return times.filter((t, i) => i === 0 || t !== times[i - 1]);
}

/**
 * The steps of a sampler of discrete codes.
 * @throws Error for autoregressive and ddim, which have runs of their own, and for numbers that make no plan
 */
export function planSteps(spec: SamplerSpec, options: PlanOptions): SamplerStep[] {
  if (spec.kind === 'autoregressive' || spec.kind === 'ddim')
    throw new Error(`${spec.kind} has no plan of discrete steps.`);
  const { schedule, trained, start = schedule.numTimesteps, firstNumber = 1 } = options;
  if (!(Number.isInteger(spec.numSteps) && spec.numSteps >= 1))
    throw new Error(`A sampler takes 1 step or more, found ${spec.numSteps}.`);
  if (!(Number.isInteger(start) && start >= 1 && start <= schedule.numTimesteps))
    throw new Error(`A run starts at a time from 1 to ${schedule.numTimesteps}, found ${start}.`);
  if (reveals(spec)) return planReveals(spec, options);
  const times = spec.kind === 'released-fast' ? releasedTimes(start, spec.numSteps) : stepTimes(start, spec.numSteps);
  return times.slice(0, -1).map((from, i): PosteriorStep => {
    const to = times[i + 1] ?? 0;
    return {
      kind: 'posterior',
      number: firstNumber + i,
      from,
      to,
      networkTime: networkTime(schedule, from, trained),
      coefficients: coefficientsOf(spec, schedule, from, to, start),
    };
  });
}

const releasedStride = (start: number, numSteps: number): number => Math.ceil(start / numSteps);

/** When the released code asks the network: at the start, every stride, and at the first time of all. 0: the result. */
function releasedTimes(start: number, numSteps: number): number[] {
  const stride = releasedStride(start, numSteps);
  const times = Array.from({ length: Math.ceil(start / stride) }, (_, i) => start - i * stride);
  return times[times.length - 1] === 1 ? [...times, 0] : [...times, 1, 0];
}

function coefficientsOf(
  spec: Extract<SamplerSpec, { kind: 'posterior' | 'released-fast' | 'remdm' }>,
  schedule: Schedule,
  from: number,
  to: number,
  start: number,
): PosteriorCoefficients {
  switch (spec.kind) {
    case 'posterior':
      return posteriorCoefficients(schedule, from, to);
    // `sample_fast` asks the network at `from` and takes the posterior of the single step to + 1 -> to; within the last stride that of `from`.
    case 'released-fast': {
      const isLate = from <= releasedStride(start, spec.numSteps);
      return isLate ? posteriorCoefficients(schedule, from, from - 1) : posteriorCoefficients(schedule, to + 1, to);
    }
    case 'remdm':
      return to === 0
        ? remaskingCoefficients(schedule, from, to, 0)
        : remaskingCoefficients(schedule, from, to, spec.eta * mostRemasked(schedule, from, to));
  }
}

/** MaskGIT's count of masked places after `ratio` of the steps. */
const cosineShare = (ratio: number): number => Math.cos((Math.PI / 2) * ratio);

function planReveals(
  spec: RevealSpec,
  { schedule, trained, start = schedule.numTimesteps, masked: total, firstNumber = 1 }: PlanOptions,
): RevealStep[] {
  if (!(Number.isInteger(total) && total >= 1))
    throw new Error(`Nothing is masked: ${spec.kind} has nothing to reveal.`);
  const steps: RevealStep[] = [];
  const count = Math.min(spec.numSteps, total);
  let before = total;
  for (let i = 0; i < count; i++) {
    const ratio = (i + 1) / count;
    const wanted = Math.floor(total * (spec.kind === 'purity' ? 1 - ratio : cosineShare(ratio)));
    // At least one a step, and one left for each step to come.
    const masked = i === count - 1 ? 0 : Math.min(before - 1, Math.max(count - 1 - i, wanted));
    const from = timeOfMasked(schedule, start, before / total);
    steps.push({
      kind: 'reveal',
      number: firstNumber + i,
      from,
      to: masked ? timeOfMasked(schedule, start, masked / total) : 0,
      networkTime: networkTime(schedule, from, trained),
      masked,
      ...priorityOf(spec, ratio),
    });
    before = masked;
  }
  return steps;
}

function priorityOf(spec: RevealSpec, ratio: number): Pick<RevealStep, 'priority' | 'noise' | 'sharpen'> {
  switch (spec.kind) {
    case 'maskgit':
      return { priority: 'confidence', noise: spec.choiceTemperature * (1 - ratio), sharpen: 0 };
    case 'halton':
      return { priority: 'order', noise: 0, sharpen: 0 };
    // The released code draws the places by a multinomial of their purity: Gumbel noise of size 1 on its logarithm.
    case 'purity':
      return { priority: 'purity', noise: 1, sharpen: spec.purityWeight };
  }
}

/** The time at which this share of the places that are masked at `start` is masked. */
function timeOfMasked({ gammaBar }: Schedule, start: number, share: number): number {
  const wanted = share * (gammaBar[start] ?? 0);
  let best = 1;
  for (let t = 1; t <= start; t++)
    if (Math.abs((gammaBar[t] ?? 0) - wanted) < Math.abs((gammaBar[best] ?? 0) - wanted)) best = t;
  return best;
}
