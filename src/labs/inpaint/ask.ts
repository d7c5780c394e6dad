/** The visitor's settings as what the engine is asked for. Pure. */
import type { InpaintOptions, InpaintStart, PriorSummary, VocabularyView } from '../../engine/types';
import type { Prepared } from '../../image/hole/types';
import { conditionOf, distributionOf, samplerKnobs, samplerSpec, type Knob, type SamplerKnob } from '../samplers';
import { defaultSpec, type InpaintSpec } from './spec';

export type KnobField = SamplerKnob | 'count';

const COUNT: Omit<Knob<'count'>, 'default'> = {
  ...{ field: 'count', label: 'Answers', min: 1, max: 8, step: 1 },
  help: 'Fillings at once; each has a seed of its own.',
};

/** What guidance means here: the hole's surroundings say enough, mostly. */
const GUIDANCE_HELP =
  'How far to go from what fits the picture to what the words make likely. 1: no guidance; above 1 each step costs twice.';

/** The knobs that mean something for the model and sampler of a spec. */
export function knobsOf(spec: InpaintSpec, model: PriorSummary): Knob<KnobField>[] {
  const knobs = samplerKnobs(spec, model, defaultSpec).map((knob) =>
    knob.field === 'guidanceScale' ? { ...knob, help: GUIDANCE_HELP } : knob,
  );
  return [{ ...COUNT, default: defaultSpec.count }, ...knobs];
}

/** @param from an answer to begin from. @param seed another one than the spec's */
export function inpaintOptions(
  spec: InpaintSpec,
  model: PriorSummary,
  vocabulary: VocabularyView,
  { picture, hole }: Pick<Prepared, 'picture' | 'hole'>,
  begin: { readonly from?: InpaintStart; readonly seed?: number } = {},
): InpaintOptions {
  const { count, grow } = spec;
  return {
    model: model.id,
    condition: conditionOf(spec.condition, vocabulary),
    ...{ seed: begin.seed ?? spec.seed, count, grow, picture, hole },
    sampler: samplerSpec(spec, model),
    schedule: { kind: 'model' },
    distribution: distributionOf(spec),
    ...{ draw: 'pictures', standIn: 'x0' },
    ...(begin.from ? { from: begin.from } : {}),
  };
}
