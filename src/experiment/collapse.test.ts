import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  collapseSpec,
  THEATRE_DATA,
  THEATRE_NETWORKS,
  THEATRE_SIZES,
  type CollapseSpec,
  type RecipeSpec,
} from './collapse';
import { decodeSpec, linkOf, parseLink } from './link';

const recipes: fc.Arbitrary<RecipeSpec> = fc.record({
  quantizer: fc.constantFrom('vq', 'simvq', 'fsq'),
  update: fc.constantFrom('loss', 'ema'),
  init: fc.constantFrom('uniform', 'normal', 'kmeans'),
  revival: fc.boolean(),
  distance: fc.constantFrom('l2', 'cosine'),
  gradient: fc.constantFrom('straight-through', 'rotation'),
});

const specs: fc.Arbitrary<CollapseSpec> = fc.record({
  data: fc.constantFrom(...THEATRE_DATA),
  network: fc.constantFrom(...THEATRE_NETWORKS),
  codebookSize: fc.constantFrom(...THEATRE_SIZES),
  learningRate: fc.integer({ min: 1, max: 1000 }).map((n) => n / 10_000),
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  left: recipes,
  right: recipes,
});

describe('links of the collapse theatre', () => {
  it('bring everything back: settings of both sides, and the seed', async () => {
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const link = parseLink(await linkOf(collapseSpec, spec));
        expect(link?.lab).toBe('collapse');
        expect(await decodeSpec(collapseSpec, link!.payload!)).toEqual({ spec, notices: [] });
      }),
      { numRuns: 30 },
    );
  });

  it('of version 1 open for ever', async () => {
    const url = new URL('./fixtures/collapse.v1.json', import.meta.url);
    const { links } = JSON.parse(readFileSync(url, 'utf8')) as { links: { link: string; spec: CollapseSpec }[] };
    expect(links.length).toBeGreaterThan(1);
    for (const { link, spec } of links)
      expect(await decodeSpec(collapseSpec, parseLink(link)!.payload!)).toEqual({ spec, notices: [] });
  });
});
