/** What a sampler is asked for so that it fills a hole: which codes it is given, and where it begins. Pure. */
import { lengthOf, spansOf, type Layout } from '../../diffusion/layout';
import { DRAW, Draws, seedOf, START_STEP } from '../../diffusion/random';
import { noised, type KnownCodes } from '../../diffusion/run';
import { reveals } from '../../diffusion/samplers';
import { createSchedule } from '../../diffusion/schedule';
import type { ProcessConfig } from '../../models/prior/config';
import type { SampleOptions, SampleStart } from '../sampling/types';
import { repeat } from '../arrays';
import type { InpaintOptions } from './types';

/** Answers at once. */
const MOST_ANSWERS = 8;

export interface Canvas {
  readonly process: ProcessConfig;
  /** The codes that are worked on: the prior's grids, or one larger grid. */
  readonly grids: Layout;
}

/**
 * The sampler's options.
 * @param encoded the picture's codes [N]. @param free [N], 1 where a code is drawn
 * @throws Error that says what was needed and what was found
 */
export function fillOptions(
  canvas: Canvas,
  options: InpaintOptions,
  encoded: Int32Array,
  free: Uint8Array<ArrayBuffer>,
): SampleOptions {
  const { model, condition, seed, count, sampler, schedule, distribution, draw, standIn } = options;
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_ANSWERS))
    throw new Error(`1 to ${MOST_ANSWERS} answers can be made at once, asked for: ${count}.`);
  if (!free.includes(1)) throw new Error('The hole is empty: nothing is to be filled. Paint over what should go.');
  const shared = { model, condition, seed, batch: count, sampler, schedule, distribution };
  const shown = { ...(draw && { draw }), ...(standIn && { standIn }) };
  return { ...shared, ...shown, ...givenCodes(canvas, options, encoded, free) };
}

/** The places that are drawn anew, [N]: of the free ones those that were asked for. */
export const drawnPlaces = (
  free: Uint8Array<ArrayBuffer>,
  { from }: Pick<InpaintOptions, 'from'>,
): Uint8Array<ArrayBuffer> => (from?.places ? free.map((isFree, i) => (isFree && from.places?.[i] ? 1 : 0)) : free);

function givenCodes(
  canvas: Canvas,
  options: InpaintOptions,
  encoded: Int32Array,
  free: Uint8Array<ArrayBuffer>,
): { known: KnownCodes; start?: SampleStart } {
  const { process, grids } = canvas;
  const { count, sampler, from } = options;
  const N = lengthOf(grids);
  if (from) checkStart(from, N);
  const rest = from?.codes ?? encoded;
  const drawn = drawnPlaces(free, options);
  if (!drawn.includes(1)) throw new Error('None of these places lies in the hole: refill a spot inside of it.');
  const codes = new Int32Array(count * N);
  for (let answer = 0; answer < count; answer++)
    for (let i = 0; i < N; i++) codes[answer * N + i] = drawn[i] ? -1 : (free[i] ? rest : encoded)[i]!;
  // An absorbing network is trained on clean codes beside [MASK]; where codes are replaced, on noisy ones.
  const isNoised = (process.kind === 'mask-replace' || process.kind === 'uniform') && !reveals(sampler);
  const known: KnownCodes = { codes, noised: isNoised };
  if (!from || from.renoise >= 1) return { known };
  if (process.kind === 'gaussian') {
    const time = Math.max(1, Math.round(from.renoise * process.numTimesteps));
    return { known, start: { codes: repeat(from.codes, count), time, number: 1 } };
  }
  if (!isNoised) return { known: keepSome(known, canvas, options, from.codes, drawn, from.renoise) };
  return { known, start: noisedStart(canvas, options, from.codes, from.renoise) };
}

/** Where [MASK] is the noise, a share of the answer's codes simply stays: drawn by seed; in raster order the first ones. */
function keepSome(
  { codes, noised: isNoised }: KnownCodes,
  { process }: Canvas,
  { count, seed }: InpaintOptions,
  answer: Int32Array,
  drawn: Uint8Array,
  renoise: number,
): KnownCodes {
  const N = answer.length;
  const out = codes.slice();
  const places = [...drawn.keys()].filter((i) => drawn[i]);
  const redrawn = Math.max(1, Math.round(places.length * renoise));
  for (let sample = 0; sample < count; sample++) {
    const chance = (i: number) => new Draws(seedOf(seed, sample), START_STEP, i).uniforms(DRAW.start)[0];
    const order = process.kind === 'autoregressive' ? places : rankBy(places, chance);
    for (const i of order.slice(0, places.length - redrawn)) out[sample * N + i] = answer[i]!;
  }
  return { codes: out, noised: isNoised };
}

function rankBy(places: readonly number[], value: (place: number) => number): number[] {
  const values = new Map(places.map((place) => [place, value(place)]));
  return [...places].sort((a, b) => values.get(a)! - values.get(b)! || a - b);
}

/** The answer as q(xt | x0) leaves it at the time that `renoise` stands for. */
function noisedStart(
  { process, grids }: Canvas,
  { count, seed, schedule }: InpaintOptions,
  answer: Int32Array,
  renoise: number,
): SampleStart {
  if (process.kind === 'autoregressive' || process.kind === 'gaussian')
    throw new Error(`A ${process.kind} prior has no schedule of codes.`);
  const N = answer.length;
  const codes = new Int32Array(count * N);
  let time = 1;
  for (const { first, count: places, codebookSize } of spansOf(grids)) {
    const plan = createSchedule(schedule, process, codebookSize);
    time = Math.max(1, Math.round(renoise * plan.numTimesteps));
    for (let sample = 0; sample < count; sample++)
      for (let i = first; i < first + places; i++) {
        const draws = new Draws(seedOf(seed, sample), START_STEP, i);
        codes[sample * N + i] = noised(answer[i]!, plan, time, codebookSize, draws);
      }
  }
  return { codes, time, number: 1 };
}

function checkStart({ codes, renoise, places }: NonNullable<InpaintOptions['from']>, N: number): void {
  for (const [name, given] of [
    ['codes', codes],
    ['places', places],
  ] as const)
    if (given && given.length !== N) throw new Error(`from.${name} holds ${N} numbers, found ${given.length}.`);
  if (!(renoise > 0 && renoise <= 1)) throw new Error(`from.renoise lies in (0, 1], found ${renoise}.`);
}
