import { expect, test } from 'vitest';
import { MAX_CODE_BYTES, packGrids, unpackGrids } from './codes';
import { decodeSpec, encodeSpec } from './link';
import { paintSpec } from './paint';
import { defaultsOf } from './spec';

const grid = (width: number, height: number, codebookSize: number) => ({
  ...{ name: 'codes', width, height, codebookSize },
  indices: Int32Array.from({ length: width * height }, (_, i) => (i * 7919) % codebookSize),
});
const kind = { name: 'codes', factor: 8, codebookSize: 1000 };

test('painted codes travel in a link, ten bits each', async () => {
  const codes = packGrids('m', [grid(16, 16, 1000)])!;
  const spec = { ...defaultsOf(paintSpec), model: 'm', source: { kind: 'sample', file: 'cat.webp' } as const, codes };
  const payload = await encodeSpec(paintSpec, spec);
  expect(payload.length).toBeLessThan(700);
  const read = await decodeSpec(paintSpec, payload);
  expect(read).toEqual({ spec, notices: [] });
  expect(unpackGrids(read.spec.codes!, [kind])).toEqual([grid(16, 16, 1000)]);
});

test('an own picture stays at home, its codes travel', async () => {
  const codes = packGrids('m', [grid(2, 2, 4)])!;
  const spec = { ...defaultsOf(paintSpec), source: { kind: 'own', id: 3 } as const, codes };
  const read = await decodeSpec(paintSpec, await encodeSpec(paintSpec, spec));
  expect(read.spec).toMatchObject({ source: null, codes });
});

test('codes beyond what an address holds do not travel', () => {
  const side = Math.ceil(Math.sqrt((MAX_CODE_BYTES * 8) / 10));
  expect(packGrids('m', [grid(side + 1, side + 1, 1000)])).toBeNull();
});

test('codes of another model are refused in words', () => {
  const codes = packGrids('m', [grid(4, 4, 1000)])!;
  expect(() => unpackGrids(codes, [kind, kind])).toThrow(/1 grid.*writes 2/);
  expect(() => unpackGrids(codes, [{ ...kind, codebookSize: 16 }])).toThrow(/"codes".*bytes/);
  expect(() => unpackGrids(codes, [{ ...kind, codebookSize: 600 }])).toThrow(/codes go from 0 to 599/);
  const two = { ...codes, grids: [codes.grids[0]!, codes.grids[0]!] };
  expect(() => unpackGrids(two, [{ ...kind, factor: 16 }, kind])).toThrow(/over one another/);
  expect(() => unpackGrids({ ...codes, grids: [{ ...codes.grids[0]!, data: 'a' }] }, [kind])).toThrow(/cannot be read/);
});
