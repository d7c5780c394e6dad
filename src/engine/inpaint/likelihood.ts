/** What a prior thinks of finished answers: bits for a code of the hole. Pure orchestration over a denoiser. */
import { logSumExp } from '../../diffusion/distribution';
import { lengthOf, maskIds, spansOf } from '../../diffusion/layout';
import { DRAW, Draws } from '../../diffusion/random';
import { noisedBy, type Denoiser, type Span } from '../../diffusion/run';
import { scheduleOf, type DiscreteProcess } from '../../diffusion/schedule';
import { timeOfShare } from '../sampling/program';
import type { Canvas } from './fill';

/** States of an answer that are looked at, of each grid: from little noise to much. */
const LEVELS = 4;
/** The same noise for every answer and every hole, so that answers can be compared; a step that no run takes. */
const SCORE_SEED = 0;
const SCORE_STEP = 0xffff0000;

/**
 * Bits per free code of each answer; less is likelier.
 * - autoregressive: exact, of the codes as they follow each other;
 * - absorbing: mean of -log2 p(x0 | xt) over masked places and over evenly spaced shares of [MASK]: the bound of the masked diffusion model
 *   (Austin et al. 2021; Sahoo et al. 2024, eq. 10) for orders that all begin with the picture around the hole;
 * - mask-and-replace, uniform: the same mean over the places that q(xt | x0) changed. A yardstick between answers, no bound.
 * @param answers [batch, N] of the denoiser's batch. @param free [N]
 */
export async function bitsPerCode(
  denoiser: Denoiser,
  { process, grids }: Canvas,
  answers: Int32Array<ArrayBuffer>,
  free: Uint8Array,
): Promise<number[]> {
  if (process.kind === 'gaussian') throw new Error('A gaussian prior speaks of latents: it has no bits for codes.');
  const tally = new Tally(denoiser.batch, lengthOf(grids), answers);
  for (const span of spansOf(grids)) {
    if (process.kind === 'autoregressive') {
      const hidden = (place: number) => free[place] === 1;
      tally.add(await denoiser.evaluate(answers, 0, span, false), span, hidden);
      continue;
    }
    for (let level = 0; level < LEVELS; level++) {
      const { codes, hidden, time } = noisedState(process, grids, span, answers, free, (level + 0.5) / LEVELS);
      if (hidden.size) tally.add(await denoiser.evaluate(codes, time, span, false), span, (i) => hidden.has(i));
    }
  }
  return tally.means();
}

/** Sum of bits and count of codes, answer by answer. */
class Tally {
  private readonly bits: Float64Array;
  private readonly count: Float64Array;

  constructor(
    private readonly batch: number,
    private readonly length: number,
    private readonly answers: Int32Array,
  ) {
    this.bits = new Float64Array(batch);
    this.count = new Float64Array(batch);
  }

  add({ conditional }: { conditional: Float32Array }, span: Span, hidden: (place: number) => boolean): void {
    const { first, count, codebookSize: K } = span;
    for (let answer = 0; answer < this.batch; answer++)
      for (let i = 0; i < count; i++) {
        if (!hidden(first + i)) continue;
        const row = conditional.subarray((answer * count + i) * K, (answer * count + i + 1) * K);
        const code = this.answers[answer * this.length + first + i] ?? 0;
        this.bits[answer]! += (logSumExp(row) - (row[code] ?? 0)) / Math.LN2;
        this.count[answer]!++;
      }
  }

  means(): number[] {
    return Array.from(this.bits, (bits, answer) => bits / Math.max(1, this.count[answer] ?? 1));
  }
}

interface NoisedState {
  /** [batch, N] */
  readonly codes: Int32Array<ArrayBuffer>;
  /** Places of the span whose code is hidden, the same in every answer. */
  readonly hidden: ReadonlySet<number>;
  readonly time: number;
}

/** Answers with a share of the hole's codes hidden; grids after `span` are not there yet. */
function noisedState(
  process: DiscreteProcess,
  grids: Canvas['grids'],
  span: Span,
  answers: Int32Array<ArrayBuffer>,
  free: Uint8Array,
  level: number,
): NoisedState {
  const schedule = scheduleOf(process, span.codebookSize);
  const masks = maskIds(grids);
  const N = masks.length;
  const codes = answers.slice();
  const hidden = new Set<number>();
  const each = (i: number, change: (code: number) => number) => {
    for (let at = i; at < codes.length; at += N) codes[at] = change(codes[at] ?? 0);
  };
  for (let i = span.first + span.count; i < N; i++) each(i, () => masks[i] ?? 0);
  const absorbs = process.kind === 'absorbing';
  const noiseTime = Math.max(1, Math.round(level * schedule.numTimesteps));
  for (let i = span.first; i < span.first + span.count; i++) {
    const [whether, which] = new Draws(SCORE_SEED, SCORE_STEP, i).uniforms(DRAW.known);
    if (absorbs) {
      if (!free[i] || whether >= level) continue;
      hidden.add(i);
      each(i, () => span.codebookSize);
    } else {
      const kept = schedule.alphaBar[noiseTime] ?? 0;
      const gone = schedule.gammaBar[noiseTime] ?? 0;
      if (free[i] && (whether < gone || whether >= gone + kept)) hidden.add(i);
      each(i, (code) => noisedBy(code, schedule, noiseTime, span.codebookSize, whether, which));
    }
  }
  const time = absorbs ? timeOfShare(schedule, hidden.size / span.count) : noiseTime;
  return { codes, hidden, time };
}
