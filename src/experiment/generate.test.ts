import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate, toBase64Url } from './bytes';
import { generateSpec, PAGES, SAMPLERS, SCHEDULES, type GenerateSpec } from './generate';
import { decodeSpec, linkOf, parseLink } from './link';
import { defaultsOf } from './spec';

const defaults = defaultsOf(generateSpec);
const share = fc.integer({ min: 0, max: 100 }).map((n) => n / 100);
const sampler = fc.constantFrom(null, ...SAMPLERS);
const numSteps = fc.integer({ min: 1, max: 1000 });

const specs: fc.Arbitrary<GenerateSpec> = fc.record({
  page: fc.constantFrom(...PAGES),
  model: fc.constantFrom(null, 'emoji-mr', 'prior_2.1'),
  condition: fc.dictionary(fc.constantFrom('words', 'style'), fc.string({ maxLength: 20 }), { noNullPrototype: true }),
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  batch: fc.integer({ min: 1, max: 16 }),
  ...{ sampler, numSteps, choiceTemperature: share, purityWeight: share, eta: share },
  schedule: fc.constantFrom(...SCHEDULES),
  replaceShare: share,
  curve: fc.array(share, { minLength: 2, maxLength: 33 }).map((values) => values.sort((a, b) => a - b)),
  temperature: share.map((value) => value + 0.05),
  topK: fc.nat(1024),
  truncation: share.map((value) => Math.max(0.01, value)),
  guidanceScale: share,
  race: fc.array(fc.record({ model: fc.constantFrom(null, 'other'), sampler, numSteps }), { maxLength: 4 }),
});

const payloadOf = async (fields: unknown) =>
  toBase64Url(await deflate(new TextEncoder().encode(JSON.stringify([1, fields]))));

describe('links of the generate lab', () => {
  it('come back', async () => {
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const link = parseLink(await linkOf(generateSpec, spec));
        expect(link?.lab).toBe('generate');
        expect(await decodeSpec(generateSpec, link?.payload ?? '')).toEqual({ spec, notices: [] });
      }),
      { numRuns: 40 },
    );
  });

  it('of version 1 open for ever', async () => {
    const url = new URL('./fixtures/generate.v1.json', import.meta.url);
    const { links } = JSON.parse(readFileSync(url, 'utf8')) as { links: { link: string; spec: GenerateSpec }[] };
    expect(links.length).toBeGreaterThan(1);
    for (const { link, spec } of links)
      expect(await decodeSpec(generateSpec, parseLink(link)?.payload ?? '')).toEqual({ spec, notices: [] });
  });

  it.each([
    ['a seed beyond 32 bits', { seed: 2 ** 32 }],
    ['a batch of none', { batch: 0 }],
    ['a curve that falls', { curve: [0, 0.6, 0.4, 1] }],
    ['a sampler that nobody has', { sampler: 'euler' }],
    ['five lanes', { race: Array.from({ length: 5 }, () => ({ model: null, sampler: null, numSteps: 1 })) }],
    ['a model that is an address', { model: '../../evil' }],
  ])('refuse %s and keep the rest', async (_, wrong) => {
    const { spec, notices } = await decodeSpec(generateSpec, await payloadOf({ ...wrong, numSteps: 7 }));
    expect(spec).toEqual({ ...defaults, numSteps: 7 });
    expect(notices).toHaveLength(1);
  });
});
