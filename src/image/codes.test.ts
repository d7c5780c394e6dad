import { describe, expect, it } from 'vitest';
import { codesFromJson, codesToJson } from './codes';
import { bytesOf, readFixture } from './fixtures/read';
import { codesToNpy, encodeNpy } from './npy';

const grids = [0, 1].map((level) => ({
  name: `level${level}`,
  height: 3,
  width: 5,
  codebookSize: 1024,
  indices: Int32Array.from({ length: 15 }, (_, i) => i + 15 * level),
}));

describe('npy', () => {
  it('writes the bytes that numpy writes', () => {
    const fixture = readFixture<{ base64: string }>('npy');
    expect(codesToNpy(grids)).toEqual(bytesOf(fixture.base64));
  });

  it('writes one axis as a tuple of one', () => {
    expect(new TextDecoder('latin1').decode(encodeNpy(Int32Array.of(1, 2), [2]))).toContain("'shape': (2,), }");
  });

  it('refuses grids of different sizes and shapes that do not hold the values', () => {
    const small = { ...grids[1]!, name: 'bottom', height: 1, indices: new Int32Array(5) };
    expect(() => codesToNpy([grids[0]!, small])).toThrow('"bottom" 5 x 1');
    expect(() => codesToNpy([])).toThrow(RangeError);
    expect(() => encodeNpy(new Int32Array(5), [2, 2])).toThrow(RangeError);
  });
});

describe('JSON', () => {
  it('comes back', () => {
    expect(codesFromJson(codesToJson('emoji', grids))).toEqual({ model: 'emoji', codes: grids });
  });

  it.each([
    ['not json', '{', 'not JSON'],
    ['another format', '{"format":"x"}', 'tessera-codes'],
    ['a newer version', codesToJson('m', grids).replace('"version":1', '"version":2'), 'version 2'],
    ['an index outside the codebook', codesToJson('m', grids).replace('14]', '1024]'), 'holds 1024 at 14'],
    ['a short grid', codesToJson('m', grids).replace(',14]', ']'), '14 indices, not 3 x 5'],
    ['a null grid', '{"format":"tessera-codes","version":1,"model":"m","codes":[null]}', 'not an object'],
  ])('refuses %s', (_, text, words) => {
    expect(() => codesFromJson(text)).toThrow(words);
  });
});
