/** Samplers and their knobs as data, and a spec as what the engine is asked for. */
import { samplersOf, type SamplerSpec } from '../../diffusion/samplers';
import type { DiscreteProcess, ScheduleSpec } from '../../diffusion/schedule';
import type { PriorSummary, SampleOptions, VocabularyView } from '../../engine/types';
import { defaultSpec, type GenerateSpec, type SamplerName, type ScheduleName } from './spec';

type Process = PriorSummary['config']['process'];

export const SAMPLER_WORDS: Readonly<Record<SamplerName, { readonly title: string; readonly help: string }>> = {
  posterior: {
    title: 'Exact posterior',
    help: 'Every place draws its next state for itself, from p(xs | xt). With as many steps as the schedule has times: ancestral sampling.',
  },
  'released-fast': {
    title: 'Fast, as released',
    help: 'What the released VQ-Diffusion code calls fast: the posterior of a single step at an earlier time. It reveals too little, and then much at once.',
  },
  purity: {
    title: 'Purity',
    help: 'Improved VQ-Diffusion: an even number of places a step, those first of which the network is surest.',
  },
  maskgit: {
    title: 'MaskGIT',
    help: 'The most confident draws stay, the rest is masked again; few places first, many at the end (cosine).',
  },
  halton: {
    title: 'Halton order',
    help: 'As many places a step as MaskGIT, but in a fixed order that spreads them evenly over the picture.',
  },
  remdm: {
    title: 'Remasking (ReMDM)',
    help: 'As the posterior, but a code that is there is masked again now and then, so that a mistake can be repaired.',
  },
  autoregressive: {
    title: 'One after the other',
    help: 'Row by row, each code once and for good: one pass for each code.',
  },
  ddim: {
    title: 'DDIM',
    help: 'Gaussian diffusion on the latents, without noise of its own: the same start gives the same end.',
  },
};

/** Fields of the spec that are one number. */
export type KnobField =
  | 'numSteps'
  | 'batch'
  | 'choiceTemperature'
  | 'purityWeight'
  | 'eta'
  | 'temperature'
  | 'topK'
  | 'truncation'
  | 'guidanceScale'
  | 'replaceShare';

export interface Knob {
  readonly field: KnobField;
  readonly label: string;
  readonly help: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default: number;
}

type KnobPlan = Omit<Knob, 'default' | 'max'> & {
  readonly max: number | ((model: PriorSummary) => number);
  readonly for: (sampler: SamplerName) => boolean;
};

const most = (model: PriorSummary, value: (process: Exclude<Process, { kind: 'autoregressive' }>) => number) =>
  model.config.process.kind === 'autoregressive' ? 1 : value(model.config.process);

/** Every knob of the lab; in the order in which they are shown. */
const KNOBS: readonly KnobPlan[] = [
  {
    ...{ field: 'numSteps', label: 'Steps', min: 1, step: 1 },
    max: (model) => most(model, ({ numTimesteps }) => numTimesteps),
    help: 'How many times the network is asked. Fewer are faster and bolder.',
    for: (sampler) => sampler !== 'autoregressive',
  },
  {
    ...{ field: 'batch', label: 'Samples', min: 1, max: 16, step: 1 },
    help: 'Pictures at once; each has a seed of its own.',
    for: () => true,
  },
  {
    ...{ field: 'guidanceScale', label: 'Guidance', min: 0, max: 8, step: 0.1 },
    help: 'How far to go from what is likely anyway to what the words make likely. 1: no guidance; above 1 each step costs twice.',
    for: () => true,
  },
  {
    ...{ field: 'temperature', label: 'Temperature', min: 0.1, max: 2, step: 0.05 },
    help: 'Below 1 likely codes become likelier; above 1 all codes become more alike.',
    for: (sampler) => sampler !== 'ddim',
  },
  {
    ...{ field: 'topK', label: 'Top-k', min: 0, step: 1 },
    max: (model) => Math.max(...model.config.grids.map(({ codebookSize }) => codebookSize)),
    help: 'Only the so many likeliest codes may be drawn; 0: all.',
    for: (sampler) => sampler !== 'ddim',
  },
  {
    ...{ field: 'truncation', label: 'Truncation r', min: 0.01, max: 1, step: 0.01 },
    help: 'Only the likeliest codes that hold this much probability together may be drawn; 1: all.',
    for: (sampler) => sampler !== 'ddim',
  },
  {
    ...{ field: 'choiceTemperature', label: 'Choice temperature', min: 0, max: 10, step: 0.1 },
    help: 'Noise on the confidence that decides which places stay. 0: always the surest.',
    for: (sampler) => sampler === 'maskgit',
  },
  {
    ...{ field: 'purityWeight', label: 'Purity weight', min: 0, max: 5, step: 0.1 },
    help: 'How much sharper a place draws where the network is sure.',
    for: (sampler) => sampler === 'purity',
  },
  {
    ...{ field: 'eta', label: 'Remasking', min: 0, max: 1, step: 0.05 },
    help: 'Share of the most that may be masked again in a step.',
    for: (sampler) => sampler === 'remdm',
  },
];

const REPLACE: Omit<Knob, 'default'> = {
  ...{ field: 'replaceShare', label: 'Replaced', min: 0, max: 1, step: 0.01 },
  help: 'Share of what is gone at the end that is another code rather than [MASK].',
};

/** The knobs that mean something for the model and sampler of a spec. */
export function knobsOf(spec: GenerateSpec, model: PriorSummary): Knob[] {
  const sampler = samplerName(spec, model);
  return KNOBS.filter((knob) => knob.for(sampler)).map(({ field, label, help, min, max, step }) => ({
    ...{ field, label, help, min, step },
    max: typeof max === 'function' ? max(model) : max,
    default: defaultSpec[field],
  }));
}

/** The share of replaced codes as a knob, where the schedule in force leaves it open. */
export function replaceKnob(spec: GenerateSpec, model: PriorSummary): Knob | null {
  const open = ['cosine', 'linear', 'drawn'].includes(scheduleName(spec, model)) && fixedShare(spec, model) === null;
  return open ? { ...REPLACE, default: defaultSpec.replaceShare } : null;
}

/** The sampler in force: the spec's where the model's process has it, else the first that it has. */
export function samplerName(spec: Pick<GenerateSpec, 'sampler'>, model: PriorSummary): SamplerName {
  const names = samplersOf(model.config.process.kind);
  const first = names[0];
  if (!first) throw new Error(`${model.title} has no sampler.`);
  return names.find((name) => name === spec.sampler) ?? first;
}

/** The sampler in force with its numbers. */
export function samplerSpec(spec: GenerateSpec, model: PriorSummary): SamplerSpec {
  const kind = samplerName(spec, model);
  const numSteps = most(model, ({ numTimesteps }) => Math.min(spec.numSteps, numTimesteps));
  switch (kind) {
    case 'posterior':
    case 'released-fast':
    case 'halton':
    case 'ddim':
      return { kind, numSteps };
    case 'purity':
      return { kind, numSteps, purityWeight: spec.purityWeight };
    case 'maskgit':
      return { kind, numSteps, choiceTemperature: spec.choiceTemperature };
    case 'remdm':
      return { kind, numSteps, eta: spec.eta };
    case 'autoregressive':
      return { kind };
  }
}

/** The same sampler with another number of steps. */
export const withSteps = (sampler: SamplerSpec, numSteps: number): SamplerSpec =>
  'numSteps' in sampler ? { ...sampler, numSteps } : sampler;

export const SCHEDULE_WORDS: Readonly<Record<ScheduleName, string>> = {
  model: "The model's own",
  paper: 'Paper: 0.9 masked, 0.1 replaced',
  released: 'Released code: almost masks alone',
  cosine: 'Cosine',
  linear: 'Linear',
  drawn: 'Drawn by hand',
};

/** Process of x_t over codes and [MASK]; null for one that has no such schedule. */
export function discreteProcess({ config }: PriorSummary): DiscreteProcess | null {
  const { process } = config;
  return process.kind === 'autoregressive' || process.kind === 'gaussian' ? null : process;
}

/** Whether states of this prior hold [MASK]: a place still to come, in an autoregressive one. */
export const usesMask = ({ config }: PriorSummary): boolean =>
  config.process.kind !== 'uniform' && config.process.kind !== 'gaussian';

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
  const { seed, batch, guidanceScale, temperature, topK, truncation } = spec;
  const slots = vocabulary.slots.map(({ name }) => [name, (spec.condition[name] ?? '').trim()] as const);
  return {
    model: model.id,
    condition: Object.fromEntries(slots.filter(([, text]) => text)),
    ...{ seed, batch },
    sampler: samplerSpec(spec, model),
    schedule: scheduleSpec(spec, model),
    distribution: { guidanceScale, temperature, topK, truncation },
  };
}
