/** A second opinion on a hole: latents that explain what is known of the square, found by gradient descent through the decoder, with no prior. */
import type { FitOptions, FitResult, Picture, TokenizerSummary } from '../../engine/types';
import type { Generation } from './answers';

/** How far apart runs must lie to be light in the map, in grey levels. */
const SPREAD_RANGE = 40;
/** Runs of an opinion. */
export const RUNS = 3;
const STEPS = 60;

/** Why there is none; null where there is one. */
export function whyNoOpinion(
  { options: { picture } }: Pick<Generation, 'options'>,
  tokenizer: TokenizerSummary | undefined,
): string | null {
  if (!tokenizer) return 'The tokenizer of this answer is gone.';
  if (tokenizer.quantizer !== 'vq') return 'This needs a tokenizer with one codebook.';
  if (picture.width !== tokenizer.resolution || picture.height !== tokenizer.resolution)
    return 'This works on one square, not on windows.';
  return null;
}

/** The spread over runs as values of a heat map, 0 .. 1. [height * width] */
export const spreadMap = ({ spread }: FitResult): Float32Array =>
  spread.map((value) => Math.min(1, value / SPREAD_RANGE));

/** Mean spread under the hole and outside of it, in grey levels. */
export function meanSpread(spread: ArrayLike<number>, hole: Uint8Array): { inside: number; outside: number } {
  const mean = (wanted: boolean) => {
    let [sum, count] = [0, 0];
    hole.forEach((value, i) => {
      if (value > 0 !== wanted) return;
      sum += spread[i] ?? 0;
      count++;
    });
    return sum / Math.max(1, count);
  };
  return { inside: mean(true), outside: mean(false) };
}

/** The best run: the one whose codes come closest to what is known. */
export function bestRun({ images, scores }: Pick<FitResult, 'images' | 'scores'>): Picture | undefined {
  const best = scores.reduce((least, score, i) => (score < (scores[least] ?? Infinity) ? i : least), 0);
  return images[best];
}

/** What the engine is asked about the square of a generation. */
export const opinionOptions = ({ options: { picture, hole, seed }, result }: Generation): FitOptions => ({
  ...{ model: result.tokenizer, task: { kind: 'inpaint' }, picture, hole, seed },
  ...{ runs: RUNS, steps: STEPS },
});
