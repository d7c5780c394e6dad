/** What the network learns from: which maps it is shown, and batches of them, noised. Pure; all randomness has an address (seed, step, ...). */
import { createWorld, ExactDenoiser, type FiniteSet } from '../../diffusion/exact';
import { philox, toUniform } from '../../diffusion/random';
import { noisedBy } from '../../diffusion/run';
import type { Schedule } from '../../diffusion/schedule';
import type { TileBatch } from '../../tfjs/tiles/open';

/** Every fifth map is never shown. */
const HELD_OUT_SHARE = 0.2;
/** The same maps are hidden for every network, the shipped ones too: "never shown" must stay true when one goes on learning. */
const SPLIT_SEED = 2021;

/** Third counters of the draws here, beyond those of the samplers (diffusion/random.ts). */
const DRAW = { split: 0x30000, sample: 0x30001, place: 0x30002, weights: 0x30003 } as const;

export interface TileWorld {
  readonly set: FiniteSet;
  /** Maps to learn from. */
  readonly shown: FiniteSet;
  /** By map. */
  readonly isHeldOut: readonly boolean[];
}

/** @param set other than the whole world: for tests that have no minute */
export function createTileWorld(set: FiniteSet = createWorld()): TileWorld {
  const places = set.height * set.width;
  const words = new Uint32Array(4);
  const keys = Float64Array.from({ length: set.count }, (_, map) => {
    philox(SPLIT_SEED, 0, map, DRAW.split, words);
    return words[0] ?? 0;
  });
  const limit = Float64Array.from(keys).sort()[Math.round(HELD_OUT_SHARE * set.count)] ?? 0;
  const isHeldOut = [...keys].map((key) => key < limit);
  const kept = [...isHeldOut.keys()].filter((map) => !isHeldOut[map]);
  const maps = new Uint8Array(kept.length * places);
  kept.forEach((map, i) => maps.set(set.maps.subarray(map * places, (map + 1) * places), i * places));
  return { set, shown: { ...set, count: kept.length, maps }, isHeldOut };
}

/**
 * Batch of step `step`: maps drawn evenly, each at a time of its own. The times are spread over 1 .. T (stratified), which is less noisy than
 * drawing each for itself.
 */
export function batchAt(set: FiniteSet, schedule: Schedule, seed: number, step: number, samples: number): TileBatch {
  const { codebookSize: K, count, maps } = set;
  const { numTimesteps } = schedule;
  const places = set.height * set.width;
  const words = new Uint32Array(4);
  const lane = (i: number) => toUniform(words[i] ?? 0);
  const [xt, x0] = [new Int32Array(samples * places), new Int32Array(samples * places)];
  const times = new Int32Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    philox(seed, step, sample, DRAW.sample, words);
    const map = Math.min(count - 1, Math.floor(lane(0) * count));
    const t = 1 + Math.min(numTimesteps - 1, Math.floor(((sample + lane(1)) / samples) * numTimesteps));
    times[sample] = t;
    for (let i = 0; i < places; i++) {
      // Two places share four numbers: whether, and which.
      if (i % 2 === 0) philox(seed, step, sample * places + i, DRAW.place, words);
      const first = 2 * (i % 2);
      const at = sample * places + i;
      const code = maps[map * places + i] ?? 0;
      x0[at] = code;
      xt[at] = noisedBy(code, schedule, t, K, lane(first), lane(first + 1));
    }
  }
  return { xt, x0, times };
}

/** Standard normal numbers for tensor `tensor` of a network (Box and Muller). */
export function normalsAt(seed: number, tensor: number, count: number): Float64Array {
  const out = new Float64Array(count);
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i += 2) {
    philox(seed, tensor, i, DRAW.weights, words);
    const radius = Math.sqrt(-2 * Math.log(toUniform(words[0] ?? 0)));
    const angle = 2 * Math.PI * toUniform(words[1] ?? 0);
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

/** Samples behind `exactLoss`: its standard error is a few thousandths of a bit. */
const EXACT_SAMPLES = 512;

/** Mean of -log2 p(x0 | xt) of the exact denoiser over the same kind of batches: what a network can reach at best. Bits per code. */
export async function exactLoss(set: FiniteSet, schedule: Schedule): Promise<number> {
  const places = set.height * set.width;
  const { xt, x0, times } = batchAt(set, schedule, SPLIT_SEED, 0, EXACT_SAMPLES);
  const denoiser = new ExactDenoiser(set, schedule, 1);
  const span = { first: 0, count: places, codebookSize: set.codebookSize };
  let sum = 0;
  for (const [sample, t] of times.entries()) {
    const codes = xt.slice(sample * places, (sample + 1) * places);
    const { conditional } = await denoiser.evaluate(codes, t, span, false);
    for (let i = 0; i < places; i++) sum -= conditional[i * set.codebookSize + (x0[sample * places + i] ?? 0)] ?? 0;
  }
  return sum / x0.length / Math.LN2;
}
