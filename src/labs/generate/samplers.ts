/** This lab's knobs and noise schedules as data, and its spec as what the engine is asked for. */
import type { ScheduleSpec } from '../../diffusion/schedule';
import type { PriorSummary, SampleOptions, VocabularyView } from '../../engine/types';
import {
  conditionOf,
  discreteProcess,
  distributionOf,
  samplerKnobs,
  samplerName,
  samplerSpec,
  type Knob as AnyKnob,
  type SamplerKnob,
} from '../samplers';
import { defaultSpec, type GenerateSpec, type ScheduleName } from './spec';

export { discreteProcess, SAMPLER_WORDS, samplerName, samplerSpec, usesMask, withSteps } from '../samplers';

/** Fields of the spec that are one number. */
export type KnobField = SamplerKnob | 'batch' | 'replaceShare';
export type Knob = AnyKnob<KnobField>;

const BATCH: Omit<Knob, 'default'> = {
  ...{ field: 'batch', label: 'Samples', min: 1, max: 16, step: 1 },
  help: 'Pictures at once; each has a seed of its own.',
};

const REPLACE: Omit<Knob, 'default'> = {
  ...{ field: 'replaceShare', label: 'Replaced', min: 0, max: 1, step: 0.01 },
  help: 'Share of what is gone at the end that is another code rather than [MASK].',
};

/** The knobs that mean something for the model and sampler of a spec; how many samples comes after how many steps. */
export function knobsOf(spec: GenerateSpec, model: PriorSummary): Knob[] {
  const knobs = samplerKnobs(spec, model, defaultSpec);
  const steps = knobs.filter(({ field }) => field === 'numSteps');
  const others = knobs.filter(({ field }) => field !== 'numSteps');
  return [...steps, { ...BATCH, default: defaultSpec.batch }, ...others];
}

/** The share of replaced codes as a knob, where the schedule in force leaves it open. */
export function replaceKnob(spec: GenerateSpec, model: PriorSummary): Knob | null {
  const open = ['cosine', 'linear', 'drawn'].includes(scheduleName(spec, model)) && fixedShare(spec, model) === null;
  return open ? { ...REPLACE, default: defaultSpec.replaceShare } : null;
}

export const SCHEDULE_WORDS: Readonly<Record<ScheduleName, string>> = {
  model: "The model's own",
  paper: 'Paper: 0.9 masked, 0.1 replaced',
  released: 'Released code: almost masks alone',
  cosine: 'Cosine',
  linear: 'Linear',
  drawn: 'Drawn by hand',
};

/** The share of replaced codes where it is not free: a uniform process knows no [MASK]; remasking's posterior knows no replaced code. */
function fixedShare(spec: GenerateSpec, model: PriorSummary): number | null {
  if (model.config.process.kind === 'uniform') return 1;
  return samplerName(spec, model) === 'remdm' ? 0 : null;
}

/** Schedules that the model can be sampled with by the sampler in force. */
export function schedulesOf(spec: GenerateSpec, model: PriorSummary): readonly ScheduleName[] {
  if (!discreteProcess(model)) return ['model'];
  switch (fixedShare(spec, model)) {
    case 1:
      return ['model', 'cosine', 'linear', 'drawn'];
    case 0:
      return ['model', 'released', 'cosine', 'linear', 'drawn'];
    default:
      return ['model', 'paper', 'released', 'cosine', 'linear', 'drawn'];
  }
}

/** The schedule in force: the spec's where it can be, else the model's. */
export const scheduleName = (spec: GenerateSpec, model: PriorSummary): ScheduleName =>
  schedulesOf(spec, model).find((name) => name === spec.schedule) ?? 'model';

export function scheduleSpec(spec: GenerateSpec, model: PriorSummary): ScheduleSpec {
  const uniformBarT = fixedShare(spec, model) ?? spec.replaceShare;
  const masses = { gammaBarT: 1 - uniformBarT, uniformBarT };
  switch (scheduleName(spec, model)) {
    case 'model':
      return { kind: 'model' };
    case 'paper':
      return { kind: 'linear', gammaBarT: 0.9, uniformBarT: 0.1 };
    case 'released':
      return { kind: 'released' };
    case 'cosine':
      return { kind: 'cosine', ...masses };
    case 'linear':
      return { kind: 'linear', ...masses };
    case 'drawn':
      return { kind: 'drawn', gone: spec.curve, ...masses };
  }
}

/** What the engine is asked for. Slots that the vocabulary does not have (another model's) are left out. */
export function sampleOptions(spec: GenerateSpec, model: PriorSummary, vocabulary: VocabularyView): SampleOptions {
  const { seed, batch } = spec;
  return {
    model: model.id,
    condition: conditionOf(spec.condition, vocabulary),
    ...{ seed, batch },
    sampler: samplerSpec(spec, model),
    schedule: scheduleSpec(spec, model),
    distribution: distributionOf(spec),
  };
}
