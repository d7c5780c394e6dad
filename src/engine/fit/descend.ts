/**
 * One run of the fit: latents go down the slope of (A decode(z) - y)^2 and are pulled to the codebook, then their codes settle. In the spirit of
 * VBLE (Biquard et al. 2023, "Variational Bayes image restoration with compressive autoencoders"), with a codebook for the hyperprior and a point for
 * the posterior. Pure but for `evaluate`.
 */
import { Draws, START_STEP } from '../../diffusion/random';
import type { LossAndGradient } from '../../tfjs/latentFit/open';
import { Adam } from './adam';
import type { FitCodebook } from './codebook';
import type { FitReport } from './types';

/** Step length of Adam, in standard deviations of the codebook's numbers: at its highest, and as a share of that at the end. */
const RATE = 0.1;
const LAST_RATE = 0.1;
const WARM_STEPS = 5;
/** Steps between two looks for the nearest code. */
const REFRESH = 5;
/** Share of the steps in which the latents are free. */
const FREE_SHARE = 0.6;

/** Half of 255: grey levels for one unit of [-1, 1]. */
const GREY = 127.5;

export interface DescentPlan {
  readonly steps: number;
  /** Standard deviation of the picture's noise, in grey levels. */
  readonly noise: number;
  /** Weight of the pull at the end of the free descent. */
  readonly pull: number;
  /** Gives the loss for latents [places, codeDim]. */
  readonly evaluate: (latents: Float32Array) => Promise<LossAndGradient>;
  /** Called before each step is taken; what it throws ends the run. */
  readonly onStep: (report: Omit<FitReport, 'run'>) => Promise<void>;
}

export interface Descent {
  /** At the end of the free descent, as the decoder takes them. */
  readonly latents: Float32Array;
  readonly codes: Int32Array<ArrayBuffer>;
  /** Root mean square difference from the known values in grey levels: of each step, and of the codes. */
  readonly losses: Float32Array<ArrayBuffer>;
  readonly score: number;
}

/** A loss in grey levels. @param loss mean square in units of [-1, 1] */
export const greyLevels = (loss: number): number => GREY * Math.sqrt(loss);

/** Seeded noise on latents. @param amount standard deviation in those of the codebook's numbers */
export function jittered(latents: Float32Array, book: FitCodebook, seed: number, amount: number): Float32Array {
  const { dim } = book;
  const deviation = amount * unitOf(book);
  const out = latents.slice();
  for (let place = 0; place < out.length / dim; place++) {
    const normals = new Draws(seed, START_STEP, place).normals(dim);
    for (let j = 0; j < dim; j++) out[place * dim + j]! += deviation * normals[j]!;
  }
  return out;
}

/** @param start latents [places, codeDim] */
export async function descend(start: Float32Array, book: FitCodebook, plan: DescentPlan): Promise<Descent> {
  const { steps, evaluate, onStep } = plan;
  const z = book.placed(start).slice();
  const adam = new Adam(z);
  const losses = new Float32Array(steps);
  const freeSteps = Math.max(1, Math.round(FREE_SHARE * steps));
  let latents = z;
  let codes = book.nearest(z);
  let best = { loss: Infinity, codes };
  for (let step = 0; step < steps; step++) {
    const isFree = step < freeSteps;
    if (!isFree || step % REFRESH === 0) codes = book.nearest(z);
    const vectors = book.vectorsOf(codes);
    const { loss, gradient } = await evaluate(isFree ? z : vectors);
    if (!Number.isFinite(loss))
      throw new Error(
        `The loss is ${loss} after ${step} steps: try another seed, or a larger noise than ${plan.noise}.`,
      );
    losses[step] = greyLevels(loss);
    await onStep({ step, steps, phase: isFree ? 'free' : 'settle', loss: losses[step]! });
    if (!isFree && loss < best.loss) best = { loss, codes };
    // While they settle, straight through (Bengio et al. 2013; van den Oord et al. 2017, section 3.2): the codes' slope moves the latents.
    const rise = Math.min(1, step / freeSteps) ** 2;
    adam.step(slopeOf(z, vectors, gradient, plan, rise, book), unitOf(book) * rateAt(step, steps));
    z.set(book.placed(z));
    if (step === freeSteps - 1) latents = z.slice();
  }
  // Where the last step led has not been looked at yet.
  const last = book.nearest(z);
  const { loss } = await evaluate(book.vectorsOf(last));
  if (loss < best.loss) best = { loss, codes: last };
  return { latents, codes: best.codes, losses, score: greyLevels(best.loss) };
}

/** Standard deviation of one number of the codebook. */
const unitOf = ({ scale, dim }: FitCodebook): number => Math.sqrt(scale / dim);

/** Rises over the first steps, then falls as half a cosine. */
const rateAt = (step: number, steps: number): number =>
  RATE *
  Math.min(1, (step + 1) / WARM_STEPS) *
  (LAST_RATE + ((1 - LAST_RATE) * (1 + Math.cos((Math.PI * step) / steps))) / 2);

/**
 * Of loss / (2 noise^2) + pull * mean over the places of |z - code|^2 / scale. `scale` makes the pull's weight mean the same for every codebook.
 */
function slopeOf(
  z: Float32Array,
  vectors: Float32Array,
  gradient: Float32Array,
  { noise, pull }: DescentPlan,
  rise: number,
  { dim, scale }: FitCodebook,
): Float64Array {
  const fit = 1 / (2 * (noise / GREY) ** 2);
  const hold = (2 * pull * rise * dim) / (z.length * scale);
  return Float64Array.from(z, (value, i) => fit * gradient[i]! + hold * (value - vectors[i]!));
}
