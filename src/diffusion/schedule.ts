/**
 * Noise processes of discrete diffusion in doubles. t = 1 .. T, t = 0 is data. States are the codes 0 .. K - 1 and [MASK] = K.
 * After t steps a code is kept with probability alphaBar[t], replaced by any of the K codes with K betaBar[t] together, masked with
 * gammaBar[t] (VQ-Diffusion, Gu et al. 2022, equations 6 to 8; D3PM, Austin et al. 2021).
 */

export type DiscreteKind = 'absorbing' | 'mask-replace' | 'uniform';

/** Tables [T + 1]; index 0: 1, 0, 0. They sum to one: alphaBar + K betaBar + gammaBar. */
export interface Schedule {
  readonly codebookSize: number;
  readonly numTimesteps: number;
  readonly alphaBar: Float64Array;
  /** Of a single code, not times K. */
  readonly betaBar: Float64Array;
  readonly gammaBar: Float64Array;
}

/** A curve by name, or drawn: what is gone (1 - alphaBar) at evenly spaced times from 0 to T. */
export type ScheduleSpec =
  | { readonly kind: 'model' }
  /** Linear; `gammaBarT` masked and `uniformBarT` replaced at the end (the paper: 0.9 and 0.1). */
  | { readonly kind: 'linear'; readonly gammaBarT: number; readonly uniformBarT: number }
  /** Nichol and Dhariwal 2021. */
  | { readonly kind: 'cosine'; readonly gammaBarT: number; readonly uniformBarT: number; readonly offset?: number }
  /** `alpha1` of the released VQ-Diffusion code: K betaBar = 1e-6 at every t, so almost only masks. */
  | { readonly kind: 'released' }
  | {
      readonly kind: 'drawn';
      readonly gone: readonly number[];
      readonly gammaBarT: number;
      readonly uniformBarT: number;
    };

/** What is kept at t = T where codes are replaced, so that the posterior stays defined. As in training. */
const LAST_ALPHA_BAR = 1e-5;
const LEAST_COSINE = 1e-8;

/** cos^2((t / T + s) / (1 + s) pi / 2), divided by its value at t = 0. [T + 1] */
export function cosineAlphaBar(numTimesteps: number, offset: number): Float64Array {
  const at = (t: number) => Math.cos((((t / numTimesteps + offset) / (1 + offset)) * Math.PI) / 2) ** 2;
  return Float64Array.from({ length: numTimesteps + 1 }, (_, t) => Math.min(1, Math.max(LEAST_COSINE, at(t) / at(0))));
}

/** From what is kept, and how the rest divides into masked and replaced. @throws Error where both are nothing */
function divided(alphaBar: Float64Array, codebookSize: number, gammaBarT: number, uniformBarT: number): Schedule {
  const total = gammaBarT + uniformBarT;
  if (!(gammaBarT >= 0 && uniformBarT >= 0 && total > 0))
    throw new Error(`A schedule masks or replaces: found gammaBarT ${gammaBarT} and uniformBarT ${uniformBarT}.`);
  return {
    codebookSize,
    numTimesteps: alphaBar.length - 1,
    alphaBar,
    betaBar: alphaBar.map((alpha) => ((1 - alpha) * uniformBarT) / total / codebookSize),
    gammaBar: alphaBar.map((alpha) => ((1 - alpha) * gammaBarT) / total),
  };
}

const linearAlphaBar = (numTimesteps: number, last: number): Float64Array =>
  Float64Array.from({ length: numTimesteps + 1 }, (_, t) => 1 - (t / numTimesteps) * (1 - last));

/** A discrete process of a model's manifest. */
export type DiscreteProcess =
  | { readonly kind: 'absorbing'; readonly numTimesteps: number }
  | {
      readonly kind: 'mask-replace';
      readonly numTimesteps: number;
      readonly gammaBarT: number;
      readonly betaBarT: number;
    }
  | { readonly kind: 'uniform'; readonly numTimesteps: number; readonly cosineOffset: number };

/** The schedule that a model was trained with. */
export function scheduleOf(process: DiscreteProcess, codebookSize: number): Schedule {
  const { numTimesteps } = process;
  switch (process.kind) {
    case 'absorbing':
      return divided(linearAlphaBar(numTimesteps, 0), codebookSize, 1, 0);
    case 'uniform':
      return divided(cosineAlphaBar(numTimesteps, process.cosineOffset), codebookSize, 0, 1);
    case 'mask-replace':
      return divided(linearAlphaBar(numTimesteps, LAST_ALPHA_BAR), codebookSize, process.gammaBarT, process.betaBarT);
  }
}

/**
 * A schedule by its description.
 * @param process what 'model' stands for, and the number of time steps
 * @throws Error for a curve that falls, or masses that are none
 */
export function createSchedule(spec: ScheduleSpec, process: DiscreteProcess, codebookSize: number): Schedule {
  const { numTimesteps } = process;
  switch (spec.kind) {
    case 'model':
      return scheduleOf(process, codebookSize);
    case 'linear':
      return divided(
        linearAlphaBar(numTimesteps, spec.uniformBarT > 0 ? LAST_ALPHA_BAR : 0),
        codebookSize,
        spec.gammaBarT,
        spec.uniformBarT,
      );
    case 'cosine': {
      const alphaBar = cosineAlphaBar(numTimesteps, spec.offset ?? 0.008);
      if (!spec.uniformBarT) alphaBar[numTimesteps] = 0;
      return divided(alphaBar, codebookSize, spec.gammaBarT, spec.uniformBarT);
    }
    case 'released':
      return released(numTimesteps, codebookSize);
    case 'drawn':
      return divided(drawn(spec.gone, numTimesteps, spec.uniformBarT), codebookSize, spec.gammaBarT, spec.uniformBarT);
  }
}

/** microsoft/VQ-Diffusion, `alpha_schedule`: alphaBar from .99999 to .000009, gammaBar from .000009 to .99999, both linear in t. */
function released(numTimesteps: number, codebookSize: number): Schedule {
  const between = (from: number, to: number, atZero: number) =>
    Float64Array.from({ length: numTimesteps + 1 }, (_, t) =>
      t === 0 ? atZero : from + ((to - from) * (t - 1)) / Math.max(1, numTimesteps - 1),
    );
  const alphaBar = between(0.99999, 0.000009, 1);
  const gammaBar = between(0.000009, 0.99999, 0);
  const betaBar = alphaBar.map((alpha, t) => Math.max(0, 1 - alpha - (gammaBar[t] ?? 0)) / codebookSize);
  return { codebookSize, numTimesteps, alphaBar, betaBar, gammaBar };
}

function drawn(gone: readonly number[], numTimesteps: number, uniformBarT: number): Float64Array {
  if (gone.length < 2) throw new Error(`A drawn schedule needs two points or more, found ${gone.length}.`);
  const wrong = gone.findIndex((value, i) => !(value >= 0 && value <= 1) || (i > 0 && value < (gone[i - 1] ?? 0)));
  if (wrong >= 0)
    throw new Error(
      `A drawn schedule rises from 0 to 1: point ${wrong} is ${gone[wrong]} after ${gone[wrong - 1] ?? 0}.`,
    );
  const alphaBar = Float64Array.from({ length: numTimesteps + 1 }, (_, t) => {
    const place = (t / numTimesteps) * (gone.length - 1);
    const left = Math.min(Math.floor(place), gone.length - 2);
    const [from = 0, to = 0] = [gone[left], gone[left + 1]];
    return 1 - (from + (to - from) * (place - left));
  });
  alphaBar[0] = 1;
  // The chain begins with noise alone, whatever was drawn at the end.
  alphaBar[numTimesteps] = uniformBarT > 0 ? LAST_ALPHA_BAR : 0;
  for (let t = numTimesteps - 1; t > 0; t--)
    alphaBar[t] = Math.min(1, Math.max(alphaBar[t] ?? 0, alphaBar[t + 1] ?? 0));
  return alphaBar;
}

/**
 * The time to tell a network that was trained with `trained`, when a sample is as noisy as `schedule` is at t: where as much is kept.
 * A fraction where the curves differ.
 */
export function networkTime(schedule: Schedule, t: number, trained: Schedule): number {
  const kept = schedule.alphaBar[t] ?? 0;
  const table = trained.alphaBar;
  if (kept === table[t]) return t;
  let after = table.findIndex((alpha) => alpha <= kept);
  if (after < 0) return trained.numTimesteps;
  if (after === 0) after = 1;
  const [left = 1, right = 0] = [table[after - 1], table[after]];
  return after - 1 + (left === right ? 1 : Math.min(1, (left - kept) / (left - right)));
}

/** The tables at one time. */
export const barsAt = ({ alphaBar, betaBar, gammaBar }: Schedule, t: number) => ({
  alphaBar: alphaBar[t] ?? 0,
  betaBar: betaBar[t] ?? 0,
  gammaBar: gammaBar[t] ?? 0,
});

/** One step's masses from s to t, s < t: kept, replaced (by a single code), masked. */
export function transition({ alphaBar, gammaBar, codebookSize }: Schedule, s: number, t: number) {
  const alpha = alphaBar[s] ? (alphaBar[t] ?? 0) / alphaBar[s] : 0;
  const open = 1 - (gammaBar[s] ?? 0);
  const gamma = open > 0 ? 1 - (1 - (gammaBar[t] ?? 0)) / open : 0;
  return { alpha, beta: Math.max(0, 1 - alpha - gamma) / codebookSize, gamma };
}
