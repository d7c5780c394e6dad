import { expect, test } from 'vitest';
import { meanVector, partsOf, silencedRows } from './parts';

test('the parts of each kind, the whole last', () => {
  expect(partsOf('vq', 1)).toEqual([{ label: 'All', kept: [0] }]);
  expect(partsOf('fsq', 1)).toHaveLength(1);
  expect(partsOf('rvq', 3).map(({ label, kept }) => [label, ...kept])).toEqual([
    ['Level 1', 0],
    ['Levels 1–2', 0, 1],
    ['Levels 1–3', 0, 1, 2],
  ]);
  expect(partsOf('two-level', 2).map(({ kept }) => kept)).toEqual([[0], [1], [0, 1]]);
});

test('silenced levels hold zeros, or one vector for every code; kept ones are left alone', () => {
  const level = { size: 2, codeDim: 2, vector: null };
  expect(silencedRows([level, level, { ...level, vector: Float32Array.of(3, 4) }], [0])).toEqual([
    null,
    Float32Array.of(0, 0, 0, 0),
    Float32Array.of(3, 4, 3, 4),
  ]);
});

test('the mean counts how often a code is used', () => {
  expect(meanVector(Float32Array.of(0, 0, 4, 8), 2, Int32Array.of(1, 1, 1, 0))).toEqual(Float32Array.of(3, 6));
});
