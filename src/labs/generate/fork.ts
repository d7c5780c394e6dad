/** A kept state under the visitor's hand: codes repainted, masked and locked, and the run that goes on from there. Pure. */
import { lengthOf, type Layout } from '../../diffusion/layout';
import { seedOf } from '../../diffusion/random';
import type { PriorSummary, SampleFrame, VocabularyView } from '../../engine/types';
import { isMask, sampleOf } from './frames';
import { sampleOptions, samplerName, withSteps } from './samplers';
import type { GenerateSpec } from './spec';
import type { NewRun, RunNode } from './tree';

/** Changes to one sample of one state. */
export interface Draft {
  readonly run: number;
  readonly step: number;
  readonly sample: number;
  /** [N] */
  readonly codes: Int32Array<ArrayBuffer>;
  /** Places that the sampler must leave as they are. */
  readonly locked: ReadonlySet<number>;
}

/** What a touch of a place does. */
export type Tool = 'look' | 'paint' | 'mask' | 'lock';

/** The state as it is, ready to be changed. */
export const draftOf = (run: number, frame: SampleFrame, sample: number, layout: Layout): Draft => ({
  ...{ run, sample, step: frame.step },
  codes: Int32Array.from(sampleOf(frame.codes, sample, lengthOf(layout))),
  locked: new Set(),
});

/** Whether the draft belongs to what is on the screen. */
export const isDraftOf = (draft: Draft | null, run: number | null, step: number | undefined, sample: number): boolean =>
  draft !== null && draft.run === run && draft.step === step && draft.sample === sample;

/** A code put at a place; its grid's codebookSize is [MASK], which no lock can hold. */
export function putCode(draft: Draft, place: number, code: number, layout: Layout): Draft {
  if (draft.codes[place] === code) return draft;
  const codes = Int32Array.from(draft.codes);
  codes[place] = code;
  const locked = isMask(code, layout, place) ? new Set([...draft.locked].filter((one) => one !== place)) : draft.locked;
  return { ...draft, codes, locked };
}

/** Locked, or free again; a place that holds [MASK] has nothing to keep. */
export function toggleLock(draft: Draft, place: number, layout: Layout): Draft {
  if (isMask(draft.codes[place] ?? 0, layout, place)) return draft;
  const locked = new Set(draft.locked);
  if (!locked.delete(place)) locked.add(place);
  return { ...draft, locked };
}

/** Places that differ from the state. */
export function paintedPlaces(draft: Draft, frame: SampleFrame): number[] {
  const codes = sampleOf(frame.codes, draft.sample, draft.codes.length);
  return [...draft.codes.keys()].filter((place) => draft.codes[place] !== codes[place]);
}

/** Why nothing can go on from a state; null where it can. */
export function whyNoFork(frame: SampleFrame | null): string | null {
  if (!frame) return 'There is no step to go on from.';
  return frame.time === 0 ? 'The run is over here: go back at least one step, then go on from there.' : null;
}

/** Steps that a fork takes: those that were left; where the settings have changed since, as large a part of the new ones. */
function stepsLeft(spec: GenerateSpec, node: RunNode, model: PriorSummary, { step, steps }: SampleFrame): number {
  const same = spec.numSteps === node.spec.numSteps && samplerName(spec, model) === samplerName(node.spec, model);
  return Math.max(1, same ? steps - step : Math.round((spec.numSteps * (steps - step)) / Math.max(1, steps)));
}

/**
 * The run that goes on from a state: one sample, the visitor's present words and sampler, the noise schedule of the run it leaves, and
 * random numbers that were not drawn yet.
 * @throws Error where nothing can go on
 */
export function forkRun(
  node: RunNode,
  model: PriorSummary,
  vocabulary: VocabularyView,
  wanted: GenerateSpec,
  frame: SampleFrame,
  draft: Draft,
): NewRun {
  const why = whyNoFork(frame);
  if (why) throw new Error(why);
  const { schedule, replaceShare, curve } = node.spec;
  const spec = { ...wanted, model: model.id, schedule, replaceShare, curve };
  const base = sampleOptions(spec, model, vocabulary);
  const known = Int32Array.from(draft.codes, (code, place) => (draft.locked.has(place) ? code : -1));
  return {
    parent: node.id,
    fork: {
      ...{ step: frame.step, sample: draft.sample, locked: draft.locked.size },
      painted: paintedPlaces(draft, frame).length,
    },
    spec,
    options: {
      ...base,
      ...{ seed: seedOf(node.options.seed, draft.sample), batch: 1, schedule: node.options.schedule },
      sampler: withSteps(base.sampler, stepsLeft(spec, node, model, frame)),
      start: { codes: draft.codes, time: frame.time, number: frame.number + 1 },
      ...(draft.locked.size > 0 ? { known: { codes: known, noised: false } } : {}),
    },
  };
}
