/** A curve through evenly spaced points that never falls, from 0 to 1. */

const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** One point moved; those before it do not stay above it, those after it not below. The ends stay where they are. */
export function movePoint(values: readonly number[], at: number, to: number): number[] {
  if (at <= 0 || at >= values.length - 1) return [...values];
  const value = Math.round(clamp(to) * 1000) / 1000;
  return values.map((old, i) => (i === at ? value : i < at ? Math.min(old, value) : Math.max(old, value)));
}

/** The inner point nearest to `x` (0 .. 1 along the curve). */
export const nearestPoint = (x: number, count: number): number =>
  Math.min(count - 2, Math.max(1, Math.round(x * (count - 1))));
