/** p(x0 | xt) of a place, out of the network's logits: guidance, temperature, top-k, truncation. In doubles; shaders/x0_log_probs.wgsl is its twin. */

export interface DistributionOptions {
  /** 1: the conditional alone (and the unconditional need not be evaluated). */
  readonly guidanceScale: number;
  /** Divides the log-probabilities; > 0. */
  readonly temperature: number;
  /** The so many most likely codes stay; 0: all. Codes as likely as the last of them stay too. */
  readonly topK: number;
  /** VQ-Diffusion's truncation r: a code stays while the codes that are more likely hold less than r together. 1: all. */
  readonly truncation: number;
}

export const PLAIN: DistributionOptions = { guidanceScale: 1, temperature: 1, topK: 0, truncation: 1 };

/** Log-probabilities that count as none: the source's clamp. */
export const LEAST_LOG = -70;

export interface X0Distribution {
  /** [K] natural logarithms, normalised; LEAST_LOG where cut off. */
  readonly logs: Float64Array;
  /** The most likely code (the lowest of equals), and its probability. */
  readonly best: number;
  readonly confidence: number;
  /** Bits. */
  readonly entropy: number;
}

/**
 * @param conditional logits [K]
 * @param unconditional logits [K], needed where guidanceScale is not 1 (Ho and Salimans 2022: log p = log p_u + s (log p_c - log p_u))
 */
export function x0Distribution(
  conditional: ArrayLike<number>,
  unconditional: ArrayLike<number> | null,
  { guidanceScale, temperature, topK, truncation }: DistributionOptions,
): X0Distribution {
  const K = conditional.length;
  if (guidanceScale !== 1 && !unconditional) throw new Error('Guidance needs the unconditional logits as well.');
  const logs = Float64Array.from({ length: K }, (_, k) => {
    const given = conditional[k] ?? 0;
    const none = unconditional?.[k] ?? 0;
    return (guidanceScale === 1 ? given : none + guidanceScale * (given - none)) / temperature;
  });
  normalise(logs);
  const least = leastKept(logs, topK, truncation);
  if (least > 0) {
    for (let k = 0; k < K; k++) if (Math.exp(logs[k] ?? 0) < least) logs[k] = -Infinity;
    normalise(logs);
  }
  let [best, entropy] = [0, 0];
  for (let k = 0; k < K; k++) {
    logs[k] = Math.max(logs[k] ?? 0, LEAST_LOG);
    const log = logs[k] ?? 0;
    if (log > (logs[best] ?? 0)) best = k;
    entropy -= (Math.exp(log) * log) / Math.LN2;
  }
  return { logs, best, confidence: Math.exp(logs[best] ?? 0), entropy: Math.max(0, entropy) };
}

/** log sum exp of a row of logits, in doubles. */
export function logSumExp(logits: Float64Array | Float32Array): number {
  let peak = -Infinity;
  for (const logit of logits) peak = Math.max(peak, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - peak);
  return peak + Math.log(sum);
}

function normalise(logs: Float64Array): void {
  const shift = logSumExp(logs);
  for (let k = 0; k < logs.length; k++) logs[k] = (logs[k] ?? 0) - shift;
}

/** The least probability that stays; 0 where all do. */
function leastKept(logs: Float64Array, topK: number, truncation: number): number {
  const K = logs.length;
  if ((topK <= 0 || topK >= K) && truncation >= 1) return 0;
  const falling = Float64Array.from(logs, Math.exp).sort().reverse();
  let least = topK > 0 && topK < K ? (falling[topK - 1] ?? 0) : 0;
  if (truncation < 1) {
    let before = 0;
    let kept = falling[0] ?? 0;
    for (let i = 0; i < K && before < truncation;) {
      kept = falling[i] ?? 0;
      // Equals stand or fall together.
      for (; i < K && falling[i] === kept; i++) before += kept;
    }
    least = Math.max(least, kept);
  }
  return least;
}
