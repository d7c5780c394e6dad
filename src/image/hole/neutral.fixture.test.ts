import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { neutralise } from './neutral';

interface Case {
  readonly height: number;
  readonly width: number;
  /** [height, width, 3] */
  readonly picture: readonly number[];
  readonly hole: readonly number[];
  readonly expected: readonly number[];
}

const cases = JSON.parse(readFileSync('src/image/hole/fixtures/neutral.json', 'utf8')) as Case[];

/** [height, width, 3] as RGBA. */
const rgba = (rgb: readonly number[]) =>
  Uint8ClampedArray.from({ length: (rgb.length / 3) * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : rgb[Math.floor(i / 4) * 3 + (i % 4)]!,
  );

describe("what the page's encoder sees under a hole is what the scores in the model cards were made with", () => {
  it.each(cases.map((one) => [`${one.height} x ${one.width}`, one] as const))('%s', (_, one) => {
    const { width, height } = one;
    const mask = { width, height, data: Uint8Array.from(one.hole, (hidden) => 255 * hidden) };
    const { data } = neutralise({ width, height, data: rgba(one.picture) }, mask);
    const worst = rgba(one.expected).reduce((most, value, i) => Math.max(most, Math.abs(value - data[i]!)), 0);
    // A rounding that float32 sums tip over.
    expect(worst).toBeLessThanOrEqual(1);
  });
});
