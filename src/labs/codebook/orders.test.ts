import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { principalComponents } from '../../codebook/pca';
import { coloursOf, groupColour, rampColour } from './colours';
import {
  brightnessOf,
  hueOf,
  latticeCode,
  latticeLayout,
  latticeSteps,
  layoutOf,
  meanColours,
  possibleSorts,
  squareWidth,
  type OrderFacts,
} from './orders';
import { COLOURS, SORTS } from './spec';

const count = 20;
const random = (seed: number) => (i: number) => Math.abs(Math.sin(i * 12.9898 + seed) * 43758.5453) % 1;
const facts: OrderFacts = {
  count,
  colours: Float32Array.from({ length: count * 3 }, (_, i) => random(1)(i) * 255),
  counts: Array.from({ length: count }, (_, i) => (i % 7 === 0 ? 0 : i * 3)),
  groupOf: Array.from({ length: count }, (_, i) => (i % 7 === 0 ? -1 : i % 3)),
  norms: Float64Array.from({ length: count }, (_, i) => random(2)(i)),
  components: principalComponents(
    Float32Array.from({ length: count * 4 }, (_, i) => random(3)(i)),
    4,
  ),
  lattice: [4, 5],
};
const nothing: OrderFacts = {
  ...{ count, colours: null, counts: null, groupOf: null, norms: null, components: null, lattice: null },
};

describe('orders', () => {
  test.each(SORTS)('%s holds every code once, with and without what it needs', (sort) => {
    for (const known of [facts, nothing]) {
      const { order, width } = layoutOf(sort, known);
      expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(width).toBeGreaterThan(0);
    }
  });

  test('mean what they say', () => {
    const of = (sort: (typeof SORTS)[number]) => Array.from(layoutOf(sort, facts).order);
    const falling = of('usage').map((code) => facts.counts![code]!);
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    const light = of('brightness').map((code) => brightnessOf(facts.colours!, code));
    expect(light).toEqual([...light].sort((a, b) => a - b));
    const norms = of('norm').map((code) => facts.norms![code]!);
    expect(norms).toEqual([...norms].sort((a, b) => a - b));
    const groups = of('group').map((code) => facts.groupOf![code]!);
    expect(groups.slice(-3)).toEqual([-1, -1, -1]);
    expect(groups.slice(0, -3)).toEqual([...groups.slice(0, -3)].sort((a, b) => a - b));
    const [hues, width] = [of('hue').map((code) => hueOf(facts.colours!, code)), squareWidth(count)];
    const greys = hues.filter((hue) => hue === null).length;
    expect(hues.slice(0, greys).every((hue) => hue === null)).toBe(true);
    // No hue of a row comes before one of the row above.
    const rows = Array.from({ length: Math.ceil(count / width) }, (_, i) =>
      hues.slice(i * width, (i + 1) * width).filter((hue) => hue !== null),
    );
    for (let i = 1; i < rows.length; i++)
      for (const above of rows[i - 1]!) for (const below of rows[i]!) expect(above).toBeLessThanOrEqual(below);
    const down = of('pca').map((code) => facts.components!.points[code * 2]!);
    expect(Math.max(...down.slice(0, width))).toBeLessThanOrEqual(Math.min(...down.slice(width, 2 * width)));
  });

  test('only those are offered that can be made', () => {
    expect(possibleSorts(SORTS, facts)).toEqual(SORTS);
    expect(possibleSorts(SORTS, nothing)).toEqual(['index', 'hue', 'brightness']);
  });

  test('mean colours of patches, and their hues', () => {
    const data = new Uint8ClampedArray(4 * 2 * 4);
    // Two patches of 2 x 2: red and darker red, then a grey.
    [[255, 0, 0], [255, 0, 0], [80, 80, 80], [80, 80, 80], [155, 0, 0], [155, 0, 0], [90, 90, 90], [90, 90, 90]].forEach((rgb, i) => data.set([...rgb, 255], i * 4)); // prettier-ignore
    const colours = meanColours({ picture: { width: 4, height: 2, data }, columns: 2, patch: 2 }, 2);
    expect([...colours]).toEqual([205, 0, 0, 85, 85, 85]);
    expect([hueOf(colours, 0), hueOf(colours, 1)]).toEqual([0, null]);
    expect(hueOf(Float32Array.of(0, 200, 0), 0)).toBe(120);
    expect(hueOf(Float32Array.of(100, 0, 200), 0)).toBe(270);
  });

  test('a lattice is unrolled: a step to the right is one of the first dimension, a step down one of a later', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 5 }), fc.nat(), (levels, n) => {
        const size = levels.reduce((product, level) => product * level, 1);
        const { order, width } = latticeLayout(levels);
        expect(order.length).toBe(size);
        const code = n % size;
        const steps = latticeSteps(levels, code);
        expect(latticeCode(levels, steps)).toBe(code);
        steps.forEach((step, i) => expect(step).toBeLessThan(levels[i]!));
        if (levels.length > 1 && code + width < size) {
          const below = latticeSteps(levels, order[code + width]!);
          const half = Math.ceil(levels.length / 2);
          expect(below.slice(0, half)).toEqual(steps.slice(0, half));
        }
      }),
    );
  });
});

test.each(COLOURS)('colours by %s: one for each code, with and without what they need', (colour) => {
  for (const known of [facts, nothing]) {
    const colours = coloursOf(colour, known, 3);
    expect(colours).toHaveLength(count);
    colours.forEach((one) => expect(one).toMatch(/^(rgb|hsl)\([\d. %]+\)$/));
  }
  expect(new Set(coloursOf(colour, facts, 3)).size).toBeGreaterThan(2);
});

test('the ramp has ends, and no two groups of a few look alike', () => {
  expect([rampColour(0), rampColour(-1)]).toEqual(['rgb(68 1 84)', 'rgb(68 1 84)']);
  expect(rampColour(1)).toBe('rgb(253 231 37)');
  const colours = Array.from({ length: 12 }, (_, i) => groupColour(i, 12));
  expect(new Set([...colours, groupColour(-1, 12)]).size).toBe(13);
});
