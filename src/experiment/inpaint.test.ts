import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate, toBase64Url } from './bytes';
import { BLENDS, inpaintSpec, MAX_MASK_BYTES, MODES, type InpaintSpec } from './inpaint';
import { decodeSpec, linkOf, MAX_PAYLOAD_LETTERS, parseLink } from './link';
import { SAMPLERS } from './sampling';
import { defaultsOf } from './spec';

const defaults = defaultsOf(inpaintSpec);
const share = fc.integer({ min: 0, max: 100 }).map((n) => n / 100);

const masks = fc.record({
  kind: fc.constant('bits' as const),
  ...{ width: fc.integer({ min: 1, max: 8192 }), height: fc.integer({ min: 1, max: 8192 }) },
  bounds: fc.record({
    ...{ x: fc.nat(8191), y: fc.nat(8191) },
    ...{ width: fc.integer({ min: 1, max: 8192 }), height: fc.integer({ min: 1, max: 8192 }) },
  }),
  data: fc.uint8Array({ maxLength: 300 }).map(toBase64Url),
});

const specs: fc.Arbitrary<InpaintSpec> = fc.record({
  source: fc.constantFrom(null, { kind: 'sample' as const, file: 'crab-fluent3d.webp' }),
  mask: fc.option(masks),
  spot: fc.constant(null),
  mode: fc.constantFrom(...MODES),
  square: fc.oneof(
    fc.constant('auto' as const),
    fc.record({
      x: fc.integer({ min: -500, max: 8000 }),
      y: fc.integer({ min: -500, max: 8000 }),
      side: fc.integer({ min: 1, max: 8192 }),
    }),
  ),
  model: fc.constantFrom(null, 'emoji-absorb', 'prior_2.1'),
  condition: fc.dictionary(fc.constantFrom('words', 'style'), fc.string({ maxLength: 20 }), { noNullPrototype: true }),
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  count: fc.integer({ min: 1, max: 8 }),
  sampler: fc.constantFrom(null, ...SAMPLERS),
  numSteps: fc.integer({ min: 1, max: 1000 }),
  ...{ choiceTemperature: share, purityWeight: share, eta: share, guidanceScale: share },
  temperature: share.map((value) => value + 0.05),
  topK: fc.nat(1024),
  truncation: share.map((value) => Math.max(0.01, value)),
  grow: fc.constantFrom(0 as const, 1 as const, 2 as const),
  renoise: share.map((value) => Math.max(0.1, value)),
  blend: fc.constantFrom(...BLENDS),
});

const payloadOf = async (fields: unknown) =>
  toBase64Url(await deflate(new TextEncoder().encode(JSON.stringify([1, fields]))));

describe('links of the inpaint lab', () => {
  it('come back', async () => {
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const link = parseLink(await linkOf(inpaintSpec, spec));
        expect(link?.lab).toBe('inpaint');
        expect(await decodeSpec(inpaintSpec, link?.payload ?? '')).toEqual({ spec, notices: [] });
      }),
      { numRuns: 40 },
    );
  });

  it('of version 1 open for ever', async () => {
    const url = new URL('./fixtures/inpaint.v1.json', import.meta.url);
    const { links } = JSON.parse(readFileSync(url, 'utf8')) as { links: { link: string; spec: InpaintSpec }[] };
    expect(links.length).toBeGreaterThan(1);
    for (const { link, spec } of links)
      expect(await decodeSpec(inpaintSpec, parseLink(link)?.payload ?? '')).toEqual({ spec, notices: [] });
  });

  it('hold the largest mask that travels, and nothing that lives in a session', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(MAX_MASK_BYTES));
    const bounds = { x: 900, y: 0, width: 400, height: 900 };
    const mask = { kind: 'bits', width: 3000, height: 2000, bounds, data: toBase64Url(bytes) } as const;
    const link = await linkOf(inpaintSpec, { ...defaults, mask });
    expect(link.length).toBeLessThan(MAX_PAYLOAD_LETTERS);
    expect((await decodeSpec(inpaintSpec, parseLink(link)?.payload ?? '')).spec.mask).toEqual(mask);

    const own = { kind: 'own', id: 3 } as const;
    const home = await linkOf(inpaintSpec, { ...defaults, source: own, mask: own, spot: own });
    expect((await decodeSpec(inpaintSpec, parseLink(home)?.payload ?? '')).spec).toEqual(defaults);
  });

  it.each([
    ['no answers', { count: 0 }],
    ['nine answers', { count: 9 }],
    ['growth by three codes', { grow: 3 }],
    ['a blend that nobody has', { blend: 'multiply' }],
    ['a square without a side', { square: { x: 0, y: 0, side: 0 } }],
    [
      'a mask of another kind of letters',
      { mask: { kind: 'bits', width: 8, height: 8, bounds: { x: 0, y: 0, width: 8, height: 8 }, data: '<svg>' } },
    ],
    ["another session's mask", { mask: { kind: 'own', id: 1 } }],
    ['no way back to noise at all', { renoise: 0 }],
  ])('refuse %s and keep the rest', async (_, wrong) => {
    const { spec, notices } = await decodeSpec(inpaintSpec, await payloadOf({ ...wrong, numSteps: 7 }));
    expect(spec).toEqual({ ...defaults, numSteps: 7 });
    expect(notices).toHaveLength(1);
  });
});
