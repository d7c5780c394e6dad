/**
 * p(xs | xt) for s < t, from the network's p(x0 | xt): VQ-Diffusion's equation 11, in closed form. With others = sum of p0 over k != j,
 *
 *   xt = [MASK]:  p([MASK]) = stayMasked,  p(k) = revealX0 p0(k) + revealUniform
 *   xt = j:       p([MASK]) = remask,
 *                 p(k) = replaceX0 p0(k) + replaceUniform others + replaceUniformSelf p0(j)           k != j
 *                 p(j) = keepX0 p0(j) + keepUniform others + keepUniformSelf p0(j) + keepAlways
 *
 * The eleven numbers depend on s and t only. Every sampler that draws each place for itself is a choice of them; shaders/posterior_sample.wgsl
 * gets their logarithms.
 */
import { barsAt, transition, type Schedule } from './schedule';

export interface PosteriorCoefficients {
  readonly stayMasked: number;
  readonly revealX0: number;
  readonly revealUniform: number;
  readonly remask: number;
  readonly replaceX0: number;
  readonly replaceUniform: number;
  readonly replaceUniformSelf: number;
  readonly keepX0: number;
  readonly keepUniform: number;
  readonly keepUniformSelf: number;
  readonly keepAlways: number;
}

/** In the order in which the shader reads them. */
export const COEFFICIENTS = [
  'stayMasked',
  'revealX0',
  'revealUniform',
  'remask',
  'replaceX0',
  'replaceUniform',
  'replaceUniformSelf',
  'keepX0',
  'keepUniform',
  'keepUniformSelf',
  'keepAlways',
] as const satisfies readonly (keyof PosteriorCoefficients)[];

const NONE: PosteriorCoefficients = {
  stayMasked: 0,
  revealX0: 0,
  revealUniform: 0,
  remask: 0,
  replaceX0: 0,
  replaceUniform: 0,
  replaceUniformSelf: 0,
  keepX0: 0,
  keepUniform: 0,
  keepUniformSelf: 0,
  keepAlways: 0,
};

/** A masked place becomes a code drawn from p0: a step of an autoregressive prior. */
export const PLAIN_DRAW: PosteriorCoefficients = { ...NONE, revealX0: 1, keepAlways: 1 };

/** The exact posterior q(xs | xt, x0), summed over p0(x0). Any stride: s = t - 1 is ancestral sampling. */
export function posteriorCoefficients(schedule: Schedule, t: number, s: number): PosteriorCoefficients {
  const { alpha: a, beta: b, gamma: g } = transition(schedule, s, t);
  const { alphaBar: alphaS, betaBar: betaS, gammaBar: gammaS } = barsAt(schedule, s);
  const { alphaBar: alphaT, betaBar: betaT, gammaBar: gammaT } = barsAt(schedule, t);
  const masked = gammaT > 0 && {
    stayMasked: gammaS / gammaT,
    revealX0: (g * alphaS) / gammaT,
    revealUniform: (g * betaS) / gammaT,
  };
  // Without replacement a code that is there is the truth: what p0 says of it does not count.
  if (betaT === 0) return { ...NONE, ...masked, keepAlways: 1 };
  const own = alphaT + betaT; // q(xt = j | x0 = j); of any other x0 it is betaT
  return {
    ...NONE,
    ...masked,
    replaceX0: (b * alphaS) / betaT,
    replaceUniform: (b * betaS) / betaT,
    replaceUniformSelf: (b * betaS) / own,
    keepX0: ((a + b) * alphaS) / own,
    keepUniform: ((a + b) * betaS) / betaT,
    keepUniformSelf: ((a + b) * betaS) / own,
  };
}

/**
 * ReMDM (Wang et al. 2025, "Remasking discrete diffusion models", equation 6): the absorbing posterior in which a code that is there is
 * masked again with probability sigma, at most min(1, (1 - alphaBar_s) / alphaBar_t).
 */
export function remaskingCoefficients(schedule: Schedule, t: number, s: number, sigma: number): PosteriorCoefficients {
  const alphaS = 1 - (schedule.gammaBar[s] ?? 0);
  const alphaT = 1 - (schedule.gammaBar[t] ?? 0);
  const again = Math.min(sigma, mostRemasked(schedule, t, s));
  const reveal = alphaT < 1 ? (alphaS - (1 - again) * alphaT) / (1 - alphaT) : 1;
  return { ...NONE, stayMasked: 1 - reveal, revealX0: reveal, remask: again, keepAlways: 1 - again };
}

/** The largest sigma that keeps the marginals. */
export function mostRemasked(schedule: Schedule, t: number, s: number): number {
  const alphaT = 1 - (schedule.gammaBar[t] ?? 0);
  return alphaT > 0 ? Math.min(1, (schedule.gammaBar[s] ?? 0) / alphaT) : 1;
}

/**
 * p(xs | xt), not divided by its sum (1, but for rounding and for coefficients that are not a posterior's).
 * @param p0 [K], summing to one. @param xt a code, or K for [MASK]. @returns [K + 1], [MASK] last
 */
export function posteriorWeights(c: PosteriorCoefficients, p0: ArrayLike<number>, xt: number): Float64Array {
  const K = p0.length;
  const out = new Float64Array(K + 1);
  if (xt === K) {
    for (let k = 0; k < K; k++) out[k] = c.revealX0 * (p0[k] ?? 0) + c.revealUniform;
    out[K] = c.stayMasked;
    return out;
  }
  let others = 0;
  for (let k = 0; k < K; k++) if (k !== xt) others += p0[k] ?? 0;
  const own = p0[xt] ?? 0;
  const replaced = c.replaceUniform * others + c.replaceUniformSelf * own;
  for (let k = 0; k < K; k++) out[k] = c.replaceX0 * (p0[k] ?? 0) + replaced;
  out[xt] = (c.keepX0 + c.keepUniformSelf) * own + c.keepUniform * others + c.keepAlways;
  out[K] = c.remask;
  return out;
}
