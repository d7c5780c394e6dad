/** Counts by rank, on axes that are linear or logarithmic. Pure. */

export const SCALES = ['linear', 'log', 'rank'] as const;
/** `linear`: both axes are. `log`: counts are logarithmic. `rank`: both are (rank-frequency). */
export type RankScale = (typeof SCALES)[number];

/** Where a rank, from 0, begins on the axis: 0 .. 1. Rank `count` is the end of the axis. */
export function startOfRank(rank: number, count: number, scale: RankScale): number {
  return scale === 'rank' ? Math.log(rank + 1) / Math.log(Math.max(2, count + 1)) : rank / count;
}

/** The rank, from 0, at a share of the axis. */
export function rankAt(x: number, count: number, scale: RankScale): number {
  const rank = scale === 'rank' ? Math.exp(x * Math.log(Math.max(2, count + 1))) - 1 : x * count;
  return Math.min(count - 1, Math.max(0, Math.floor(rank + 1e-9)));
}

/** How high a count stands, 0 .. 1, under a highest one. On a logarithmic axis 1 stands a little above the ground, 0 on it. */
export function heightOf(value: number, most: number, scale: RankScale): number {
  if (value <= 0) return 0;
  if (scale === 'linear') return value / Math.max(1, most);
  const ground = 0.5;
  return Math.max(0, Math.log(value / ground) / Math.log(Math.max(2, most) / ground));
}

/** Round numbers along an axis up to `most`: powers of ten, or steps of 1, 2 or 5 times one. */
export function ticksOf(most: number, logarithmic: boolean): number[] {
  if (most <= 0) return [0];
  if (logarithmic) {
    const powers: number[] = [];
    for (let value = 1; value <= most; value *= 10) powers.push(value);
    return powers;
  }
  const raw = most / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw) ?? raw);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}
