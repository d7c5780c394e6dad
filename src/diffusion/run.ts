/** Carries a plan out in plain TypeScript: what the page does without WebGPU, and what the GPU's way is tested against. */
import { x0Distribution, type DistributionOptions } from './distribution';
import { posteriorWeights } from './posterior';
import { DRAW, Draws, seedOf, START_STEP, toGumbel } from './random';
import type { RevealStep, SamplerStep } from './samplers';
import type { Schedule } from './schedule';

/** The codes that a run changes: a stretch of the sequence, of one codebook. */
export interface Span {
  /** First place in the sequence, and how many. */
  readonly first: number;
  readonly count: number;
  readonly codebookSize: number;
}

/** The network, or the exact answer, for a batch of samples. */
export interface Denoiser {
  readonly batch: number;
  /** Codes of a whole sequence. */
  readonly length: number;
  /**
   * @param codes [batch, length]; [MASK] is K
   * @param t one time for all samples
   * @returns logits of x0 at the places of `span`, [batch, count, K], with the condition; and without, where guidance asks for it
   */
  evaluate(
    codes: Int32Array<ArrayBuffer>,
    t: number,
    span: Span,
    guided: boolean,
  ): Promise<{ conditional: Float32Array; unconditional: Float32Array | null }>;
  /** False at a place whose logits nobody may read: its code is known, and stays. Without it every place is answered. */
  isAsked?(place: number): boolean;
}

export interface RunState {
  /** [batch, length] */
  readonly codes: Int32Array<ArrayBuffer>;
  /** Of the last evaluation, for the span's places [batch, count]: most likely x0, its probability, entropy in bits. */
  readonly best: Int32Array<ArrayBuffer>;
  readonly confidence: Float32Array<ArrayBuffer>;
  readonly entropy: Float32Array<ArrayBuffer>;
}

export interface KnownCodes {
  /** [batch, length]; -1 where the sampler is free. */
  readonly codes: Int32Array<ArrayBuffer>;
  /** True: known codes are noised as far as the step, as in training; false: they are given as they are. */
  readonly noised: boolean;
}

export interface RunOptions {
  readonly seed: number;
  readonly span: Span;
  readonly schedule: Schedule;
  readonly distribution: DistributionOptions;
  readonly known: KnownCodes | null;
  /** Ranks of the places for the priority 'order', [count]. */
  readonly order: Int32Array;
}

/** xT: [MASK], or any code, each with its share at t = T (what is kept of x0 counts for nothing). [batch, count] */
export function startCodes(
  seed: number,
  batch: number,
  { first, count, codebookSize: K }: Span,
  schedule: Schedule,
): Int32Array<ArrayBuffer> {
  const last = schedule.numTimesteps;
  const gone = 1 - (schedule.alphaBar[last] ?? 0);
  const masked = (schedule.gammaBar[last] ?? 0) / gone;
  const out = new Int32Array(batch * count);
  for (let sample = 0; sample < batch; sample++)
    for (let i = 0; i < count; i++) {
      const [whether, which] = new Draws(seedOf(seed, sample), START_STEP, first + i).uniforms(DRAW.start);
      out[sample * count + i] = whether < masked ? K : Math.min(K - 1, Math.floor(which * K));
    }
  return out;
}

/** One step: evaluates the network and changes `state.codes` in place. */
export async function runStep(
  denoiser: Denoiser,
  step: SamplerStep,
  state: RunState,
  options: RunOptions,
): Promise<void> {
  const { span, distribution, seed } = options;
  const { first, count, codebookSize: K } = span;
  const { batch, length } = denoiser;
  const logits = await denoiser.evaluate(state.codes, step.networkTime, span, distribution.guidanceScale !== 1);
  for (let sample = 0; sample < batch; sample++) {
    const candidates: Candidate[] = [];
    for (let i = 0; i < count; i++) {
      if (denoiser.isAsked?.(first + i) === false) continue;
      const row = sample * count + i;
      const at = sample * length + first + i;
      const xt = state.codes[at] ?? 0;
      const part = <T extends Float32Array>(values: T) => values.subarray(row * K, (row + 1) * K);
      const x0 = x0Distribution(
        part(logits.conditional),
        logits.unconditional && part(logits.unconditional),
        distribution,
      );
      state.best[row] = x0.best;
      state.confidence[row] = x0.confidence;
      state.entropy[row] = x0.entropy;
      const draws = new Draws(seedOf(seed, sample), step.number, first + i);
      if (step.kind === 'posterior') {
        const weights = posteriorWeights(step.coefficients, x0.logs.map(Math.exp), xt);
        state.codes[at] = argmaxGumbel(weights.map(Math.log), draws);
      } else if (xt === K) candidates.push(candidate(step, i, at, x0.logs, x0.confidence, draws, options.order));
    }
    if (step.kind === 'reveal') reveal(candidates, step.masked, state.codes);
  }
  if (options.known) impose(state.codes, step, options, denoiser);
}

/** argmax of logs + Gumbel noise; the lowest of equals. */
export function argmaxGumbel(logs: ArrayLike<number>, draws: Draws): number {
  const noise = draws.gumbels(logs.length);
  let best = 0;
  for (let k = 1; k < logs.length; k++)
    if ((logs[k] ?? 0) + (noise[k] ?? 0) > (logs[best] ?? 0) + (noise[best] ?? 0)) best = k;
  return best;
}

interface Candidate {
  readonly at: number;
  readonly code: number;
  readonly priority: number;
}

function candidate(
  step: RevealStep,
  i: number,
  at: number,
  logs: Float64Array,
  purity: number,
  draws: Draws,
  order: Int32Array,
): Candidate {
  const power = 1 + step.sharpen * purity;
  const code = argmaxGumbel(power === 1 ? logs : logs.map((log) => log * power), draws);
  const value = { confidence: logs[code] ?? 0, purity: Math.log(purity), order: -(order[i] ?? 0) }[step.priority];
  const [u] = draws.uniforms(DRAW.confidence);
  const noise = step.noise ? step.noise * toGumbel(u) : 0;
  return { at, code, priority: value + noise };
}

/** All but the `masked` of least priority become codes; of equals the first ones. */
function reveal(candidates: readonly Candidate[], masked: number, codes: Int32Array): void {
  const byPriority = [...candidates].sort((a, b) => b.priority - a.priority || a.at - b.at);
  for (const { at, code } of byPriority.slice(0, Math.max(0, candidates.length - masked))) codes[at] = code;
}

/** Puts the known codes back, noised as far as `step.to` where that is asked for. */
export function impose(
  codes: Int32Array,
  step: SamplerStep,
  { known, span, schedule, seed }: RunOptions,
  { batch, length }: Pick<Denoiser, 'batch' | 'length'>,
): void {
  if (!known) return;
  for (let sample = 0; sample < batch; sample++)
    for (let i = span.first; i < span.first + span.count; i++) {
      const code = known.codes[sample * length + i] ?? -1;
      if (code < 0) continue;
      const draws = new Draws(seedOf(seed, sample), step.number, i);
      codes[sample * length + i] = known.noised ? noised(code, schedule, step.to, span.codebookSize, draws) : code;
    }
}

/** A draw from q(xt | x0 = code) at the address of a sampler's known codes. */
export function noised(code: number, schedule: Schedule, t: number, codebookSize: number, draws: Draws): number {
  const [whether, which] = draws.uniforms(DRAW.known);
  return noisedBy(code, schedule, t, codebookSize, whether, which);
}

/** xt of q(xt | x0 = code) that two even numbers of [0, 1) choose: `whether` it stays, and `which` code else. [MASK] is K. */
export function noisedBy(
  code: number,
  { alphaBar, gammaBar }: Schedule,
  t: number,
  codebookSize: number,
  whether: number,
  which: number,
): number {
  const gamma = gammaBar[t] ?? 0;
  if (whether < gamma) return codebookSize;
  if (whether < gamma + (alphaBar[t] ?? 0)) return code;
  return Math.min(codebookSize - 1, Math.floor(which * codebookSize));
}
