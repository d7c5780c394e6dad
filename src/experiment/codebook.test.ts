import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate, toBase64Url } from './bytes';
import {
  ATLAS_VIEWS,
  CODEBOOK_PAGES,
  codebookSpec,
  COLOURS,
  DISTANCES,
  HISTOGRAMS,
  PROJECTIONS,
  SORTS,
  type CodebookSpec,
} from './codebook';
import { decodeSpec, encodeSpec, linkOf, parseLink } from './link';
import { defaultsOf } from './spec';

const defaults = defaultsOf(codebookSpec);
const index = fc.option(fc.nat(65_535));

const specs: fc.Arbitrary<CodebookSpec> = fc.record({
  page: fc.constantFrom(...CODEBOOK_PAGES),
  model: fc.constantFrom(null, 'emoji-128-f8-k1024', 'vq_f4.2'),
  source: fc.constantFrom(null, { kind: 'sample' as const, file: 'kodak-7.webp' }),
  level: fc.nat(15),
  ...{ code: index, place: index },
  sort: fc.constantFrom(...SORTS),
  view: fc.constantFrom(...ATLAS_VIEWS),
  colour: fc.constantFrom(...COLOURS),
  projection: fc.constantFrom(...PROJECTIONS),
  neighbours: fc.integer({ min: 2, max: 100 }),
  minDist: fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  metric: fc.constantFrom(...DISTANCES),
  histogram: fc.constantFrom(...HISTOGRAMS),
  set: fc.constantFrom('train', 'heldout', 'picture', 'samples'),
});

describe('links of the codebook lab', () => {
  it('come back', async () => {
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const link = parseLink(await linkOf(codebookSpec, spec));
        expect(link?.lab).toBe('codebook');
        expect(await decodeSpec(codebookSpec, link?.payload ?? '')).toEqual({ spec, notices: [] });
      }),
      { numRuns: 40 },
    );
  });

  it('leave pictures and sets of the visitor at home', async () => {
    const spec: CodebookSpec = { ...defaults, source: { kind: 'own', id: 3 }, set: 'own', code: 7 };
    const read = await decodeSpec(codebookSpec, await encodeSpec(codebookSpec, spec));
    expect(read).toEqual({ spec: { ...defaults, code: 7 }, notices: [] });
  });

  it('of version 1 open for ever', async () => {
    const url = new URL('./fixtures/codebook.v1.json', import.meta.url);
    const { links } = JSON.parse(readFileSync(url, 'utf8')) as { links: { link: string; spec: CodebookSpec }[] };
    expect(links.length).toBeGreaterThan(1);
    for (const { link, spec } of links)
      expect(await decodeSpec(codebookSpec, parseLink(link)?.payload ?? '')).toEqual({ spec, notices: [] });
  });

  it.each([
    ['a code that is no whole number', { code: 1.5 }],
    ['a level beyond all', { level: 99 }],
    ['an order that nobody has', { sort: 'taste' }],
    ['a model that is an address', { model: '../../evil' }],
    ['one neighbour', { neighbours: 1 }],
  ])('refuse %s and keep the rest', async (_, wrong) => {
    const payload = toBase64Url(await deflate(new TextEncoder().encode(JSON.stringify([1, { ...wrong, seed: 7 }]))));
    const { spec, notices } = await decodeSpec(codebookSpec, payload);
    expect(spec).toEqual({ ...defaults, seed: 7 });
    expect(notices).toHaveLength(1);
  });
});
