/** Processes, samplers and distributions that the tests of the kernels go through. */
import { PLAIN, type DistributionOptions } from '../../../diffusion/distribution';
import { planSteps, type SamplerSpec, type SamplerStep } from '../../../diffusion/samplers';
import { scheduleOf, type DiscreteKind, type Schedule } from '../../../diffusion/schedule';

/** `isSoftware` of the target. */
export const VARIANTS = [true, false];
export const FAMILIES: readonly DiscreteKind[] = ['absorbing', 'uniform', 'mask-replace'];

/** One of each kind that reveals. */
export const REVEALING = [
  { kind: 'maskgit', numSteps: 8, choiceTemperature: 4 },
  { kind: 'halton', numSteps: 8 },
  { kind: 'purity', numSteps: 8, purityWeight: 2 },
] as const satisfies readonly SamplerSpec[];

export const scheduleFor = (kind: DiscreteKind, codebookSize: number, numTimesteps: number): Schedule =>
  scheduleOf({ kind, numTimesteps, cosineOffset: 0.008, gammaBarT: 0.9, betaBarT: 0.1 }, codebookSize);

/** @param masked places that a revealing sampler shares out */
export const stepsOf = (schedule: Schedule, spec: SamplerSpec, masked = 1): SamplerStep[] =>
  planSteps(spec, { schedule, trained: schedule, masked });

/** The first step at share 0, the last one at 1. */
export const stepAt = (steps: readonly SamplerStep[], share: number): SamplerStep => {
  const step = steps[Math.floor(share * (steps.length - 1))];
  if (!step) throw new Error('no steps');
  return step;
};

export const DISTRIBUTIONS = {
  plain: PLAIN,
  guidance: { ...PLAIN, guidanceScale: 3 },
  temperature: { ...PLAIN, temperature: 0.7 },
  'top-k': { ...PLAIN, topK: 5 },
  truncation: { ...PLAIN, truncation: 0.86 },
  all: { guidanceScale: 2.5, temperature: 1.3, topK: 100, truncation: 0.95 },
  'nothing but the best': { ...PLAIN, truncation: 0 },
} as const satisfies Readonly<Record<string, DistributionOptions>>;
