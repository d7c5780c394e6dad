/** Samplers and their knobs as data, for every lab that samples; and the visitor's settings as what the engine is asked for. */
import { samplersOf, type SamplerSpec } from '../diffusion/samplers';
import type { DiscreteProcess } from '../diffusion/schedule';
import type { DistributionOptions, PriorSummary, VocabularyView } from '../engine/types';
import type { SamplerName, SamplerSettings } from '../experiment/sampling';

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

/** Settings of a sampler that are one number. */
export type SamplerKnob = Exclude<keyof SamplerSettings, 'sampler'>;

/** One number that the visitor sets. */
export interface Knob<Field extends string = SamplerKnob> {
  readonly field: Field;
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

/** Every knob of the samplers, in the order in which they are shown. */
const KNOBS: readonly KnobPlan[] = [
  {
    ...{ field: 'numSteps', label: 'Steps', min: 1, step: 1 },
    max: (model) => most(model, ({ numTimesteps }) => numTimesteps),
    help: 'How many times the network is asked. Fewer are faster and bolder.',
    for: (sampler) => sampler !== 'autoregressive',
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

/** The knobs that mean something for the model and the sampler in force. @param defaults of the lab */
export function samplerKnobs(
  settings: Pick<SamplerSettings, 'sampler'>,
  model: PriorSummary,
  defaults: SamplerSettings,
): Knob[] {
  const sampler = samplerName(settings, model);
  return KNOBS.filter((knob) => knob.for(sampler)).map(({ field, label, help, min, max, step }) => ({
    ...{ field, label, help, min, step },
    max: typeof max === 'function' ? max(model) : max,
    default: defaults[field],
  }));
}

/** The sampler in force: the spec's where the model's process has it, else the first that it has. */
export function samplerName(spec: Pick<SamplerSettings, 'sampler'>, model: PriorSummary): SamplerName {
  const names = samplersOf(model.config.process.kind);
  const first = names[0];
  if (!first) throw new Error(`${model.title} has no sampler.`);
  return names.find((name) => name === spec.sampler) ?? first;
}

/** The sampler in force with its numbers. */
export function samplerSpec(spec: SamplerSettings, model: PriorSummary): SamplerSpec {
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

/** Process of x_t over codes and [MASK]; null for one that has no such schedule. */
export function discreteProcess({ config }: PriorSummary): DiscreteProcess | null {
  const { process } = config;
  return process.kind === 'autoregressive' || process.kind === 'gaussian' ? null : process;
}

/** Whether states of this prior hold [MASK]: a place still to come, in an autoregressive one. */
export const usesMask = ({ config }: PriorSummary): boolean =>
  config.process.kind !== 'uniform' && config.process.kind !== 'gaussian';

/** What bends the network's answer before a code is drawn. */
export const distributionOf = (settings: SamplerSettings): DistributionOptions => {
  const { guidanceScale, temperature, topK, truncation } = settings;
  return { guidanceScale, temperature, topK, truncation };
};

/** What the visitor asks for, of the slots that the vocabulary has (another model's are left out). */
export function conditionOf(
  condition: Readonly<Record<string, string>>,
  vocabulary: VocabularyView,
): Readonly<Record<string, string>> {
  const slots = vocabulary.slots.map(({ name }) => [name, (condition[name] ?? '').trim()] as const);
  return Object.fromEntries(slots.filter(([, text]) => text));
}
