/** DDIM (Song et al. 2021, "Denoising diffusion implicit models", equation 12, eta = 0) on normalised latents, epsilon-prediction. */

/** Below this alphaBar next to nothing of x0 is left in xt, and epsilon (divided by its root) tells nothing of it. */
const LEAST_SIGNAL = 1e-3;
/** Normalised data lies within so many deviations. */
const CLAMP = 6;

/**
 * One step, in place. @param x xt, any shape. @param epsilon as long as x (already guided)
 * @param alphaBarFrom, alphaBarTo of xt and of the result. @returns the predicted x0
 */
export function ddimStep(
  x: Float32Array,
  epsilon: ArrayLike<number>,
  alphaBarFrom: number,
  alphaBarTo: number,
): Float32Array<ArrayBuffer> {
  const [a, na] = [Math.sqrt(alphaBarFrom), Math.sqrt(1 - alphaBarFrom)];
  const [b, nb] = [Math.sqrt(alphaBarTo), Math.sqrt(1 - alphaBarTo)];
  const x0 = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const now = x[i] ?? 0;
    // The best guess of normalised data is then sqrt(alphaBar) xt, nearly the mean.
    const clean =
      alphaBarFrom > LEAST_SIGNAL ? Math.min(CLAMP, Math.max(-CLAMP, (now - na * (epsilon[i] ?? 0)) / a)) : a * now;
    x0[i] = clean;
    x[i] = b * clean + nb * ((now - a * clean) / na);
  }
  return x0;
}
