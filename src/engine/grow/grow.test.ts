import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctCodes, wholeCounts, wholeRows } from './codes';
import { describeGrowing } from './testing';

describe('codes that differ', () => {
  it('are found once each, stand for the others, and make the whole codebook again', () => {
    const codebooks = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(codebooks, (letters) => {
        const rows = Float32Array.from(letters.flatMap((letter) => [letter.charCodeAt(0), 0.5]));
        const codes = distinctCodes(rows, 2);
        expect(codes.rows.length / 2).toBe(new Set(letters).size);
        expect([...codes.remap]).toEqual(letters.map((letter) => letters.indexOf(letter)));
        expect(wholeRows(codes, codes.rows, 2)).toEqual(rows);
        const counts = wholeCounts(
          codes,
          Array.from({ length: codes.rows.length / 2 }, (_, i) => i + 1),
        );
        letters.forEach((letter, code) => {
          if (letters.indexOf(letter) === code) expect(counts[code]).toBeGreaterThan(0);
          else expect(counts[code]).toBe(0);
        });
      }),
    );
  });
});

const nothing = () => () => null;
describeGrowing('wasm', () => null, nothing);
describeGrowing('cpu', () => null, nothing);
