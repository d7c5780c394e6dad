/** Ratios of times taken side by side. Only ratios inside one run mean anything: absolute times move with the machine's load. */

export interface RatioSummary {
  /** peer time / our time, per round: more than 1 means that we are faster. */
  readonly median: number;
  /** 95 % bootstrap interval of the median. */
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

/** Middle of the sorted values; mean of the two middle ones for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (!sorted.length) return NaN;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of the ratios with a percentile bootstrap interval, always from the same resamples. */
export function summarize(ratios: readonly number[], resamples = 2000): RatioSummary {
  const random = lcg(12345);
  const medians = Array.from({ length: resamples }, () =>
    median(ratios.map(() => ratios[Math.floor(random() * ratios.length)]!)),
  );
  medians.sort((a, b) => a - b);
  const at = (share: number) => medians[Math.min(medians.length - 1, Math.floor(share * medians.length))] ?? NaN;
  return { median: median(ratios), low: at(0.025), high: at(0.975), rounds: ratios.length };
}

export interface Contestant {
  readonly name: string;
  /** Does the work once and resolves when its result has been read back. */
  run(): Promise<unknown>;
}

/**
 * Times `us` against each peer, interleaved: every round runs us, the peer, the peer, us (ABBA), so that a drift of the
 * machine's load hits both alike. Contestants must be warm.
 */
export async function race(
  us: Contestant,
  peers: readonly Contestant[],
  rounds: number,
  onRound?: (round: number) => void,
): Promise<{ ratios: Record<string, RatioSummary>; timesMs: Record<string, number> }> {
  const ratios: Record<string, number[]> = Object.fromEntries(peers.map(({ name }) => [name, []]));
  const times: Record<string, number[]> = Object.fromEntries([us, ...peers].map(({ name }) => [name, []]));
  const time = async (contestant: Contestant) => {
    const start = performance.now();
    await contestant.run();
    const elapsed = performance.now() - start;
    times[contestant.name]!.push(elapsed);
    return elapsed;
  };
  for (let round = 0; round < rounds; round++) {
    onRound?.(round);
    for (const peer of peers) {
      const first = await time(us);
      const middle = (await time(peer)) + (await time(peer));
      const last = await time(us);
      ratios[peer.name]!.push(middle / (first + last));
    }
  }
  return {
    ratios: Object.fromEntries(Object.entries(ratios).map(([name, values]) => [name, summarize(values)])),
    timesMs: Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])),
  };
}

/** A small fixed generator: the interval of the same ratios is the same on every machine. */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
