/** What is asked of a fit, checked and filled up with defaults. Pure. */
import type { Mask } from '../../image/hole/types';
import type { TokenizerSummary } from '../types';
import { seenSide } from '../../image/degradation';
import type { FitOptions } from './types';

const MOST_RUNS = 8;
const MOST_STEPS = 1000;
/** Grey levels: about what is lost where a picture is kept in 8 bits or as a good JPEG, and noise that one sees. */
const QUIET = 5;
const NOISY = 25;
/**
 * Pull times noise: 100 fits quiet pictures best, but over a noise of 25 grey levels, which makes the loss 25 times smaller, it let go of the picture.
 */
const PULL = 500;

export interface CheckedFit extends Required<Omit<FitOptions, 'hole'>> {
  /** Without a hole: zeros. */
  readonly hole: Mask;
}

/** @throws Error that names the quantizer where the tokenizer has more than one codebook, or none */
export function checkTokenizer({ id, quantizer }: Pick<TokenizerSummary, 'id' | 'quantizer'>): void {
  if (quantizer === 'vq') return;
  const found = {
    rvq: 'a residual quantizer (rvq): a code there is a sum over several codebooks',
    fsq: 'finite scalar quantization (fsq), which has no codebook',
    'two-level': 'codes on two levels',
  }[quantizer];
  throw new Error(
    `Latents are fitted with one grid of codes from one codebook (vq); ${id} has ${found}. Choose another tokenizer.`,
  );
}

/**
 * @param side of the tokenizer's square, in pixels
 * @throws Error that says what was needed and what was found
 */
export function checkedOptions(options: FitOptions, side: number): CheckedFit {
  const { model, task, picture, seed, runs, steps = 100, jitter = 0.15 } = options;
  const { noise = task.kind === 'denoise' ? NOISY : QUIET } = options;
  const { pull = PULL / noise } = options;
  whole('runs', runs, 1, MOST_RUNS);
  whole('steps', steps, 2, MOST_STEPS);
  if (!(noise > 0)) throw new Error(`The noise is a number of grey levels above 0, found ${noise}.`);
  for (const [name, value] of Object.entries({ jitter, pull }))
    if (!(value >= 0 && Number.isFinite(value))) throw new Error(`${name} is a number from 0 on, found ${value}.`);
  const seen = seenSide(task, side);
  const { width, height } = picture;
  if (width !== seen || height !== seen)
    throw new Error(
      `'${task.kind}' with ${model} takes a picture of ${seen} x ${seen} pixels, found ${width} x ${height}: cut or resize it first.`,
    );
  const hole = options.hole ?? new Uint8Array(width * height);
  if (hole.length !== width * height)
    throw new Error(
      `The hole needs one byte for each of the picture's ${width} x ${height} pixels, found ${hole.length}.`,
    );
  const hidden = hole.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  if (task.kind === 'inpaint' && hidden === 0)
    throw new Error('The hole is empty: nothing is to be filled. Paint over what should go.');
  if (hidden === hole.length)
    throw new Error('All of the picture is hole: a fit needs known pixels. Leave some, or sample from a prior.');
  return { model, task, picture, seed, runs, steps, noise, jitter, pull, hole: { width, height, data: hole } };
}

function whole(name: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most))
    throw new Error(`${name} is a whole number from ${least} to ${most}, found ${value}.`);
}
