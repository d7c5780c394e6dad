/** What happened at one place in one step, with the terms that made it. Pure. */
import { lengthOf, levelOf, maskIds } from '../../diffusion/layout';
import { x0Distribution, type DistributionOptions, type X0Distribution } from '../../diffusion/distribution';
import { posteriorWeights, type PosteriorCoefficients } from '../../diffusion/posterior';
import { transition } from '../../diffusion/schedule';
import type { PlaceAnswer, PlaceQuestion, PriorSummary, SampleFrame, SampleOptions } from '../../engine/types';
import { sampleOf } from './frames';
import { plannedSteps, type PlannedStep } from './plan';

/** A step of a run at one place of one sample. */
export interface PlaceStep {
  readonly place: number;
  readonly level: number;
  readonly codebookSize: number;
  /** What stood there before the step, and what came of it; codebookSize is [MASK]. */
  readonly xt: number;
  readonly chosen: number;
  readonly question: PlaceQuestion;
  readonly distribution: DistributionOptions;
  /** Null for an autoregressive prior, and where the step cannot be planned again. */
  readonly planned: PlannedStep | null;
  /** Step of the trace that is explained. */
  readonly number: number;
}

/**
 * The step that led to the state at `at` of the trace; of the first state the step that follows.
 * @returns a sentence where there is none
 */
export function placeStep(
  options: SampleOptions,
  model: PriorSummary,
  trace: readonly SampleFrame[],
  at: number,
  sample: number,
  place: number,
): PlaceStep | string {
  const { process, grids } = model.config;
  if (process.kind === 'gaussian') return 'A Gaussian prior speaks of latents: there is no distribution over codes.';
  const index = Math.max(1, at);
  const [before, after, begin] = [trace[index - 1], trace[index], trace[0]];
  if (!before || !after || !begin || after.networkTime === null) return 'This step is not kept: run it again.';
  const autoregressive = process.kind === 'autoregressive';
  if (after.step - before.step !== 1 && !autoregressive) return 'The step before this one is not kept: run it again.';
  const N = lengthOf(grids);
  const level = levelOf(grids, place);
  const codebookSize = grids[level]?.codebookSize ?? 0;
  const state = sampleOf((autoregressive ? after : before).codes, sample, N);
  const chosen = sampleOf(after.codes, sample, N)[place] ?? codebookSize;
  if (autoregressive && chosen === codebookSize) return 'This place is still to come.';
  const masks = maskIds(grids);
  // An autoregressive prior sees only what comes before the place.
  const codes = autoregressive ? state.map((code, i) => (i < place ? code : (masks[i] ?? 0))) : Int32Array.from(state);
  const planned = plannedSteps(options, begin, model)?.find(({ step }) => step.number === after.number) ?? null;
  if (planned && planned.level !== level) return 'This step changed the other grid: nothing was drawn here.';
  return {
    ...{ place, level, codebookSize, chosen, planned, number: after.step },
    xt: autoregressive ? codebookSize : (codes[place] ?? codebookSize),
    question: {
      ...{ model: options.model, condition: options.condition, codes, place },
      networkTime: after.networkTime,
      guided: options.distribution.guidanceScale !== 1,
    },
    distribution: options.distribution,
  };
}

/** One summand of a probability, as "coefficient x what it multiplies". */
export interface Term {
  readonly label: string;
  readonly coefficient: number;
  readonly factor: number;
}

export interface PlaceRow {
  readonly code: number;
  readonly p0: number;
  /** p(xs = code | xt); null where the sampler does not draw from a posterior. */
  readonly posterior: number | null;
  readonly terms: readonly Term[];
}

export interface PlaceFacts {
  readonly x0: X0Distribution;
  /** The likeliest codes, then what stood there and what was drawn where they are not among them. */
  readonly rows: readonly PlaceRow[];
  /** p(xs = [MASK] | xt). */
  readonly masked: number | null;
  /** q(xt | xs) of a single code: kept, any one other code, [MASK]. Null without a schedule. */
  readonly transition: { readonly kept: number; readonly other: number; readonly masked: number } | null;
}

/** The summands of p(xs = k | xt), each zero one left out. */
export function termsOf(c: PosteriorCoefficients, p0: ArrayLike<number>, xt: number, k: number): Term[] {
  const K = p0.length;
  const [own, here] = [p0[xt] ?? 0, p0[k] ?? 0];
  const others = Array.from(p0).reduce((sum, p, code) => (code === xt ? sum : sum + p), 0);
  const all: [string, number, number][] =
    xt === K
      ? [
          ['what x0 says of it', c.revealX0, here],
          ['replaced by chance', c.revealUniform, 1],
        ]
      : k === xt
        ? [
            ['x0 is this code', c.keepX0 + c.keepUniformSelf, own],
            ['x0 is another one', c.keepUniform, others],
            ['it is kept in any case', c.keepAlways, 1],
          ]
        : [
            ['what x0 says of it', c.replaceX0, here],
            ['replaced by chance', c.replaceUniform, others],
            ['replaced although it was right', c.replaceUniformSelf, own],
          ];
  return all
    .filter(([, coefficient]) => coefficient > 0)
    .map(([label, coefficient, factor]) => ({ label, coefficient, factor }));
}

/** @param count how many of the likeliest codes to list */
export function placeFacts(step: PlaceStep, { conditional, unconditional }: PlaceAnswer, count: number): PlaceFacts {
  const { xt, chosen, codebookSize, planned, distribution } = step;
  const x0 = x0Distribution(conditional, unconditional, distribution);
  const p0 = x0.logs.map(Math.exp);
  const coefficients = planned?.step.kind === 'posterior' ? planned.step.coefficients : null;
  const weights = coefficients && posteriorWeights(coefficients, p0, xt);
  const sum = weights?.reduce((total, weight) => total + weight, 0) ?? 1;
  const likeliest = [...p0.keys()].sort((a, b) => (p0[b] ?? 0) - (p0[a] ?? 0) || a - b).slice(0, count);
  const listed = new Set([...likeliest, xt, chosen].filter((code) => code < codebookSize));
  const { from = 0, to = 0 } = planned?.step ?? {};
  const q = planned && transition(planned.schedule, to, from);
  return {
    x0,
    rows: [...listed].map((code) => ({
      code,
      p0: p0[code] ?? 0,
      posterior: weights ? (weights[code] ?? 0) / sum : null,
      terms: coefficients ? termsOf(coefficients, p0, xt, code) : [],
    })),
    masked: weights ? (weights[codebookSize] ?? 0) / sum : null,
    transition: q && { kept: q.alpha + q.beta, other: q.beta, masked: q.gamma },
  };
}
