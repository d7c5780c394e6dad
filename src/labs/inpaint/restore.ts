/** Pictures that are noisy, blurred or small, mended by latents alone: what is asked of the engine, and how good it was. Without React and engine. */
import { Draws } from '../../diffusion/random';
import type { FitOptions, FitResult, Picture, TokenizerSummary } from '../../engine/types';
import { degrade, seenSide, type Degradation } from '../../image/degradation';
import { fitPicture } from '../../image/fit';
import { psnr } from '../../image/metrics';
import { bestRun } from './opinion';

export const FAULTS = ['noise', 'blur', 'small 2×', 'small 4×'] as const;
export type Fault = (typeof FAULTS)[number];

/** What the visitor sets. */
export interface RestoreSettings {
  readonly fault: Fault;
  /** Of the noise: standard deviation in grey levels. */
  readonly noise: number;
  /** Of the blur: standard deviation in pixels of the square. */
  readonly sigma: number;
  /** The picture is good, and is spoilt first: then the truth is known. False: it is as bad as the settings say. */
  readonly spoil: boolean;
  readonly runs: number;
}

export const RESTORE_DEFAULTS: RestoreSettings = { fault: 'noise', noise: 25, sigma: 2, spoil: true, runs: 3 };

/** Noise that is left in a picture that was not made noisy on purpose: 8 bits and a camera's remains. */
const CLEAN_NOISE = 3;
const STEPS = 80;

export const degradationOf = ({ fault, sigma }: RestoreSettings): Degradation => {
  switch (fault) {
    case 'noise':
      return { kind: 'denoise' };
    case 'blur':
      return { kind: 'deblur', sigma };
    case 'small 2×':
      return { kind: 'upscale', factor: 2 };
    case 'small 4×':
      return { kind: 'upscale', factor: 4 };
  }
};

/** Why it cannot be done; null where it can. */
export function whyNoRestore(tokenizer: TokenizerSummary | null): string | null {
  if (!tokenizer) return 'There is no tokenizer for this picture.';
  if (tokenizer.quantizer !== 'vq') return 'This needs a tokenizer with one codebook.';
  return null;
}

/** True where the picture has more pixels than the engine is to be given: it is made small first, so the truth is known. */
export const isLarger = (settings: RestoreSettings, size: { width: number; height: number }, side: number): boolean =>
  Math.max(size.width, size.height) > seenSide(degradationOf(settings), side);

/** A question to the engine, with what is known of the truth. */
export interface RestoreQuestion {
  readonly settings: RestoreSettings;
  /** What the engine is given. */
  readonly given: Picture;
  /** The picture before it was spoilt; null where nobody knows it. */
  readonly truth: Picture | null;
  readonly options: FitOptions;
}

/**
 * @param picture as it is
 * @param square the same as the tokenizer's square
 */
export function restoreQuestion(
  settings: RestoreSettings,
  tokenizer: TokenizerSummary,
  picture: Picture,
  square: Picture,
  seed: number,
): RestoreQuestion {
  const task = degradationOf(settings);
  const spoilt = task.kind === 'upscale' ? isLarger(settings, picture, square.width) : settings.spoil;
  const given = spoilt ? spoil(square, settings, task, seed) : small(picture, square, task, tokenizer);
  const noise = task.kind === 'denoise' ? settings.noise : CLEAN_NOISE;
  return {
    ...{ settings, given, truth: spoilt ? square : null },
    options: {
      ...{ model: tokenizer.id, task, picture: given, seed, noise },
      ...{ runs: settings.runs, steps: STEPS },
    },
  };
}

const small = (picture: Picture, square: Picture, task: Degradation, { fit }: TokenizerSummary): Picture =>
  task.kind === 'upscale' ? fitPicture(picture, seenSide(task, square.width), fit) : square;

function spoil(square: Picture, { noise }: RestoreSettings, task: Degradation, seed: number): Picture {
  if (task.kind !== 'denoise') return degrade(square, task, null, 0);
  const normals = Float32Array.from(new Draws(seed, 0, 0).normals(square.width * square.height * 3));
  return degrade(square, task, normals, noise);
}

/** dB against the truth. */
export interface RestoreScores {
  readonly given: number;
  readonly best: number;
  readonly mean: number;
}

/** How near each came to the truth; null where nobody knows it. @param enlarged what is given, at the square's size */
export function restoreScores(
  { truth }: RestoreQuestion,
  result: Pick<FitResult, 'images' | 'scores' | 'mean'>,
  enlarged: Picture,
): RestoreScores | null {
  const best = bestRun(result);
  if (!truth || !best) return null;
  return { given: psnr(enlarged, truth), best: psnr(best, truth), mean: psnr(result.mean, truth) };
}
