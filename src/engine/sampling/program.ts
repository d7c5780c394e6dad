/** From what was asked for to the steps of a run: which codes begin, which stretch of the sequence changes when, by what schedule. Pure. */
import { spansOf } from '../../diffusion/layout';
import { haltonRanks } from '../../diffusion/halton';
import { Draws, seedOf } from '../../diffusion/random';
import { noised, startCodes, type Span } from '../../diffusion/run';
import { planSteps, rasterStep, reveals, samplersOf, stepTimes, type SamplerStep } from '../../diffusion/samplers';
import {
  cosineAlphaBar,
  createSchedule,
  scheduleOf,
  type DiscreteProcess,
  type Schedule,
} from '../../diffusion/schedule';
import { codeCount, maskId, type PriorConfig } from '../../models/prior/config';
import type { KnownCodes, SampleOptions } from './types';

export interface ProgramStep {
  readonly span: Span;
  readonly step: SamplerStep;
  readonly schedule: Schedule;
  /** Halton ranks of the span's places. */
  readonly order: Int32Array<ArrayBuffer>;
}

/** A run of a prior over codes. */
export interface DiscreteProgram {
  readonly kind: 'discrete';
  readonly batch: number;
  /** N: codes of the whole sequence. */
  readonly length: number;
  readonly seed: number;
  readonly steps: readonly ProgramStep[];
  /** [batch, N] */
  readonly start: Int32Array<ArrayBuffer>;
  readonly known: KnownCodes | null;
  /** Every so many steps a state is kept, and the last one. */
  readonly keepEvery: number;
}

export interface GaussianStep {
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly alphaBarFrom: number;
  readonly alphaBarTo: number;
}

/** A run of a gaussian prior over latents. */
export interface GaussianProgram {
  readonly kind: 'gaussian';
  readonly batch: number;
  readonly length: number;
  readonly seed: number;
  readonly steps: readonly GaussianStep[];
  readonly known: KnownCodes | null;
  /** Codes to begin with, noised as far as the first step; null: noise alone. */
  readonly start: Int32Array<ArrayBuffer> | null;
  readonly keepEvery: 1;
}

export type Program = DiscreteProgram | GaussianProgram;

/** What a plan needs to know of a prior. */
export type Sequence = Pick<PriorConfig, 'process' | 'grids'>;
export type ProgramOptions = Pick<SampleOptions, 'sampler' | 'schedule' | 'seed' | 'batch' | 'known' | 'start'>;

const MAX_BATCH = 16;
/** States kept of a run with one step for each code. */
const KEPT_TOKEN_STATES = 64;

/** @throws Error that says what was needed and what was found */
export function planProgram(config: Sequence, options: ProgramOptions, maxBatch = MAX_BATCH): Program {
  const { sampler, batch, seed } = options;
  const { process } = config;
  const known = samplersOf(process.kind);
  if (!known.includes(sampler.kind))
    throw new Error(`A prior of kind ${process.kind} is sampled with ${known.join(', ')}; asked for: ${sampler.kind}.`);
  if (!(Number.isInteger(batch) && batch >= 1 && batch <= maxBatch))
    throw new Error(`A batch has 1 to ${maxBatch} samples, asked for: ${batch}.`);
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
    throw new Error(`A seed is a whole number from 0 to ${2 ** 32 - 1}, found ${seed}.`);
  checkStates(config, options);
  if (process.kind === 'gaussian') return planGaussian(config, process, options);
  if (process.kind === 'autoregressive') return planTokens(config, options);
  return planDiscrete(config, process, options);
}

function checkStates(config: Sequence, { batch, start, known }: ProgramOptions): void {
  const length = codeCount(config);
  for (const [name, codes, least, extra] of [
    ['start', start?.codes, 0, 1],
    ['known', known?.codes, -1, 0],
  ] as const) {
    if (!codes) continue;
    if (codes.length !== batch * length)
      throw new Error(`${name}: ${batch} sample(s) of ${length} codes are ${batch * length}, found ${codes.length}.`);
    for (const { first, count, codebookSize } of spansOf(config.grids))
      for (let sample = 0; sample < batch; sample++)
        for (let i = first; i < first + count; i++) {
          const code = codes[sample * length + i] ?? NaN;
          if (!(code >= least && code < codebookSize + extra))
            throw new Error(
              `${name}: code ${code} at place ${i} of sample ${sample}; the codebook has 0 to ${codebookSize - 1}.`,
            );
        }
  }
}

/** How many places of a span [MASK] holds, in the sample that has most. */
function mostMasked(codes: Int32Array, batch: number, length: number, { first, count, codebookSize }: Span): number {
  let most = 0;
  for (let sample = 0; sample < batch; sample++) {
    const part = codes.subarray(sample * length + first, sample * length + first + count);
    most = Math.max(
      most,
      part.reduce((sum, code) => sum + Number(code === codebookSize), 0),
    );
  }
  return most;
}

function planDiscrete(config: Sequence, process: DiscreteProcess, options: ProgramOptions): DiscreteProgram {
  const { batch, seed, sampler, start } = options;
  const length = codeCount(config);
  const isRevealing = reveals(sampler);
  // Where places are revealed one after the other a known code is simply there.
  const known = options.known && { ...options.known, noised: options.known.noised && !isRevealing };
  const spans = spansOf(config.grids);
  const codes: Int32Array<ArrayBuffer> = start ? Int32Array.from(start.codes) : new Int32Array(batch * length);
  const steps: ProgramStep[] = [];
  let number = start?.number ?? 1;
  spans.forEach((span, g) => {
    const trained = scheduleOf(process, span.codebookSize);
    const schedule = createSchedule(options.schedule, process, span.codebookSize);
    const grid = config.grids[g];
    // Revealing begins with nothing known, whatever the process ends in.
    const noise = isRevealing
      ? new Int32Array(batch * span.count).fill(maskId(span))
      : startCodes(seed, batch, span, schedule);
    if (!start) place(codes, noise, batch, length, span);
    // A fork goes on in the first grid that is not finished; those after it begin anew.
    const isOpen = !start || steps.length > 0 || g === spans.length - 1 || mostMasked(codes, batch, length, span) > 0;
    if (!isOpen || !grid) return;
    const goesOn = start && steps.length === 0;
    const from = goesOn ? Math.round(start.time) : startTime(process, schedule, known, batch, length, span);
    if (known && !goesOn) imposeStart(codes, { known, seed, batch, length, span, schedule, time: from });
    const masked = mostMasked(codes, batch, length, span);
    if (isRevealing && masked === 0) return;
    const planned = planSteps(sampler, { schedule, trained, start: from, masked, firstNumber: number });
    number += planned.length;
    const order = haltonRanks(grid.height, grid.width);
    for (const step of planned) steps.push({ span, step, schedule, order });
  });
  if (!steps.length) throw new Error('Nothing is masked, so there is nothing to sample: free some places first.');
  return { kind: 'discrete', batch, length, seed, steps, start: codes, known: known ?? null, keepEvery: 1 };
}

function place(to: Int32Array, part: Int32Array, batch: number, length: number, { first, count }: Span): void {
  for (let sample = 0; sample < batch; sample++)
    to.set(part.subarray(sample * count, (sample + 1) * count), sample * length + first);
}

/** With clean known codes an absorbing run begins where as much is masked as the hole holds: that is what the network has seen. */
function startTime(
  process: DiscreteProcess,
  schedule: Schedule,
  known: KnownCodes | null | undefined,
  batch: number,
  length: number,
  { first, count }: Span,
): number {
  const last = schedule.numTimesteps;
  if (!known || known.noised || process.kind !== 'absorbing') return last;
  let most = 0;
  for (let sample = 0; sample < batch; sample++) {
    const part = known.codes.subarray(sample * length + first, sample * length + first + count);
    most = Math.max(
      most,
      part.reduce((sum, code) => sum + Number(code < 0), 0),
    );
  }
  return timeOfShare(schedule, most / count);
}

/** The first time at which this share of the codes is [MASK]. */
export function timeOfShare({ gammaBar, numTimesteps }: Schedule, share: number): number {
  const found = gammaBar.findIndex((gamma) => gamma >= share - 1e-9);
  return Math.max(1, found < 0 ? numTimesteps : found);
}

function imposeStart(
  codes: Int32Array,
  run: { known: KnownCodes; seed: number; batch: number; length: number; span: Span; schedule: Schedule; time: number },
): void {
  const { known, seed, batch, length, span, schedule, time } = run;
  for (let sample = 0; sample < batch; sample++)
    for (let i = span.first; i < span.first + span.count; i++) {
      const at = sample * length + i;
      const code = known.codes[at] ?? -1;
      if (code < 0) continue;
      codes[at] = known.noised
        ? noised(code, schedule, time, span.codebookSize, new Draws(seedOf(seed, sample), 0, i))
        : code;
    }
}

/** Raster order: one place a step, drawn from p0 as it is. */
function planTokens(config: Sequence, { batch, seed, start, known }: ProgramOptions): DiscreteProgram {
  const length = codeCount(config);
  const spans = spansOf(config.grids);
  const masks = Int32Array.from({ length: batch * length }, (_, at) => {
    const span = spans.find(({ first, count }) => at % length >= first && at % length < first + count);
    return span ? maskId(span) : 0;
  });
  const codes: Int32Array<ArrayBuffer> = start ? Int32Array.from(start.codes) : masks;
  // A fork forgets what came after its place. It goes on at the first place without a code: those behind it would read a token that is none.
  const asked = start ? length - Math.round(start.time) : 0;
  const from = codes.reduce((least, code, at) => (code === masks[at] ? Math.min(least, at % length) : least), asked);
  for (let at = 0; at < codes.length; at++) if (at % length >= from) codes[at] = masks[at] ?? 0;
  const steps: ProgramStep[] = [];
  for (const span of spans)
    for (let i = Math.max(from, span.first); i < span.first + span.count; i++)
      steps.push({
        span: { first: i, count: 1, codebookSize: span.codebookSize },
        step: rasterStep(i, length),
        schedule: NO_NOISE,
        order: new Int32Array(1),
      });
  if (!steps.length)
    throw new Error('All codes are there: a run of an autoregressive prior goes on at an earlier place.');
  const keepEvery = Math.ceil(length / KEPT_TOKEN_STATES);
  const given = known ? { codes: known.codes, noised: false } : null;
  return { kind: 'discrete', batch, length, seed, steps, start: codes, known: given, keepEvery };
}

/** What an autoregressive run says of noise: there is none. */
const NO_NOISE: Schedule = {
  codebookSize: 1,
  numTimesteps: 0,
  alphaBar: Float64Array.of(1),
  betaBar: Float64Array.of(0),
  gammaBar: Float64Array.of(0),
};

function planGaussian(
  config: Sequence,
  { numTimesteps, cosineOffset }: Extract<PriorConfig['process'], { kind: 'gaussian' }>,
  { batch, seed, sampler, start, known }: ProgramOptions,
): GaussianProgram {
  if (config.grids.length > 1)
    throw new Error(
      `A gaussian prior is sampled over one grid of latents, this one has ${config.grids.length}: train one for each grid, or a discrete one.`,
    );
  if (sampler.kind !== 'ddim' || !(Number.isInteger(sampler.numSteps) && sampler.numSteps >= 1))
    throw new Error('A gaussian prior is sampled with ddim and 1 step or more.');
  const alphaBar = cosineAlphaBar(numTimesteps, cosineOffset);
  const times = stepTimes(start ? Math.round(start.time) : numTimesteps, sampler.numSteps);
  const steps = times.slice(0, -1).map((from, i): GaussianStep => {
    const to = times[i + 1] ?? 0;
    const at = (t: number) => alphaBar[t] ?? 1;
    return { number: (start?.number ?? 1) + i, from, to, alphaBarFrom: at(from), alphaBarTo: at(to) };
  });
  const shared = { batch, seed, steps, length: codeCount(config), keepEvery: 1 } as const;
  return { kind: 'gaussian', ...shared, known: known ?? null, start: start?.codes ?? null };
}

/** What the network is told of the time in every step. */
export const networkTimes = ({ steps }: Program): number[] =>
  steps.map((entry) => ('step' in entry ? entry.step.networkTime : entry.from));

/** Whether the state after step `i` (counted from 0) is kept. */
export const isKept = ({ steps, keepEvery }: Program, i: number): boolean =>
  i === steps.length - 1 || (i + 1) % keepEvery === 0;
