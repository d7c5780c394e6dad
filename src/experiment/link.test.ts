import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bitsPerCode, deflate, fromBase64Url, inflate, packCodes, toBase64Url, unpackCodes } from './bytes';
import { decodeSpec, encodeSpec, linkOf, MAX_JSON_BYTES, parseLink } from './link';
import { reconstructSpec, type ReconstructSpec } from './reconstruct';
import { defaultsOf, defineSpec } from './spec';

const defaults = defaultsOf(reconstructSpec);
const payloadOf = async (content: unknown) =>
  toBase64Url(await deflate(new TextEncoder().encode(JSON.stringify(content))));

const specs: fc.Arbitrary<ReconstructSpec> = fc.record({
  model: fc.constantFrom(null, 'emoji-128-f8-k1024', 'vq_f4.2'),
  source: fc.constantFrom(null, { kind: 'sample' as const, file: 'red apple.webp' }),
  mode: fc.constantFrom('fit' as const, 'tile' as const),
  fit: fc.constantFrom(null, 'cover' as const, 'contain' as const),
});

describe('links', () => {
  it('come back', async () => {
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const link = parseLink(await linkOf(reconstructSpec, spec));
        expect(link?.lab).toBe('reconstruct');
        expect(await decodeSpec(reconstructSpec, link!.payload!)).toEqual({ spec, notices: [] });
      }),
      { numRuns: 30 },
    );
  });

  it('hold only what differs, and no picture of the visitor', async () => {
    const spec: ReconstructSpec = { ...defaults, fit: 'cover', source: { kind: 'own', id: 7 } };
    const payload = await encodeSpec(reconstructSpec, spec);
    const json = new TextDecoder().decode(await inflate(fromBase64Url(payload), 1000));
    expect(JSON.parse(json)).toEqual([1, { fit: 'cover' }]);
  });

  interface Fixture {
    lab: string;
    links: { link: string; spec: ReconstructSpec }[];
  }
  it.each([1])('of version %i open for ever', async (version) => {
    const url = new URL(`./fixtures/reconstruct.v${version}.json`, import.meta.url);
    const { links } = JSON.parse(readFileSync(url, 'utf8')) as Fixture;
    for (const { link, spec } of links) {
      expect(await decodeSpec(reconstructSpec, parseLink(link)!.payload!)).toEqual({ spec, notices: [] });
    }
  });

  it('of older versions are migrated step by step', async () => {
    const field = { schema: z.number(), share: true, history: true, preference: false };
    const plan = defineSpec<{ steps: number; seed: number }>({
      lab: 'test',
      version: 3,
      fields: { steps: { ...field, default: 50 }, seed: { ...field, default: 0 } },
      migrations: [({ count, ...rest }) => ({ ...rest, steps: count ?? 10 }), (fields) => ({ seed: 1, ...fields })],
    });
    expect((await decodeSpec(plan, await payloadOf([1, { count: 20 }]))).spec).toEqual({ steps: 20, seed: 1 });
    expect((await decodeSpec(plan, await payloadOf([1, {}]))).spec).toEqual({ steps: 10, seed: 1 });
    expect((await decodeSpec(plan, await payloadOf([2, {}]))).spec).toEqual({ steps: 50, seed: 1 });
    expect((await decodeSpec(plan, await payloadOf([3, {}]))).spec).toEqual({ steps: 50, seed: 0 });
  });
});

describe('hostile links', () => {
  it.each<[string, unknown, string]>([
    ['an unknown field', [1, { colour: 'red' }], 'does not know; left out: "colour"'],
    ['a value of the wrong kind', [1, { mode: 7 }], 'cannot be used; left at their defaults: "mode"'],
    ['a way out of the folder', [1, { model: '../../etc' }], '"model"'],
    ['another site', [1, { source: { kind: 'sample', file: 'https://evil.example/x' } }], '"source"'],
    ['an own picture of somebody else', [1, { source: { kind: 'own', id: 0 } }], '"source"'],
    ['a newer version', [9, {}], 'newer version'],
    ['no version', { mode: 'tile' }, 'damaged'],
    ['a version that is none', ['1', {}], 'damaged'],
  ])('%s', async (_, content, words) => {
    const { spec, notices } = await decodeSpec(reconstructSpec, await payloadOf(content));
    expect(spec).toEqual(defaults);
    expect(notices.join()).toContain(words);
  });

  it('keep what is good beside what is bad', async () => {
    const { spec, notices } = await decodeSpec(reconstructSpec, await payloadOf([1, { mode: 'tile', fit: 'stretch' }]));
    expect(spec).toEqual({ ...defaults, mode: 'tile' });
    expect(notices).toHaveLength(1);
  });

  it('do not reach the prototype', async () => {
    const raw = new TextEncoder().encode('[1,{"__proto__":{"mode":"tile"},"constructor":1}]');
    const { spec } = await decodeSpec(reconstructSpec, toBase64Url(await deflate(raw)));
    expect(spec).toEqual(defaults);
    expect(({} as Record<string, unknown>)['mode']).toBeUndefined();
  });

  it('do not inflate beyond the cap', async () => {
    const bomb = await deflate(new Uint8Array(40 * MAX_JSON_BYTES));
    await expect(inflate(bomb, MAX_JSON_BYTES)).rejects.toThrow(RangeError);
    expect((await decodeSpec(reconstructSpec, toBase64Url(bomb))).notices).toHaveLength(1);
    expect((await decodeSpec(reconstructSpec, 'A'.repeat(1e6))).notices[0]).toContain('too long');
  });

  it('of any text give a spec', async () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ABCxyz019-_%= '), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), letters), async (payload) => {
        const { spec, notices } = await decodeSpec(reconstructSpec, payload);
        expect(spec).toEqual(defaults);
        expect(notices).toHaveLength(1);
      }),
    );
  });

  it('are told from other addresses', () => {
    expect(parseLink('#/codebook-size')).toEqual({ lab: 'codebook-size', payload: null });
    expect(parseLink('#/a?x=1&s=QQ')).toEqual({ lab: 'a', payload: 'QQ' });
    for (const hash of ['', '#', '#/', '#/A', '#x', '#/../x']) expect(parseLink(hash)).toBeNull();
  });
});

describe('bytes', () => {
  it('base64url is the one of everybody else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const text = toBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64Url(text)).toEqual(new Uint8Array(bytes));
      }),
    );
    expect(() => fromBase64Url('AAAAA')).toThrow(RangeError);
    expect(() => fromBase64Url('A+')).toThrow(RangeError);
  });

  it('codes come back from their bits', () => {
    const cases = fc
      .integer({ min: 1, max: 16_384 })
      .chain((size) => fc.tuple(fc.constant(size), fc.array(fc.nat(size - 1), { maxLength: 300 })));
    fc.assert(
      fc.property(cases, ([size, codes]) => {
        const bytes = packCodes(codes, size);
        expect(bytes.length).toBe(Math.ceil((codes.length * bitsPerCode(size)) / 8));
        expect([...unpackCodes(bytes, codes.length, size)]).toEqual(codes);
      }),
    );
    expect(packCodes(new Int32Array(256), 1024).length).toBe(320);
  });

  it('codes outside the codebook are refused both ways', () => {
    expect(() => packCodes([1024], 1024)).toThrow(RangeError);
    expect(() => unpackCodes(Uint8Array.of(7), 1, 6)).toThrow('Code 7');
    expect(() => unpackCodes(Uint8Array.of(7, 7), 1, 8)).toThrow('1 bytes, not 2');
  });
});
