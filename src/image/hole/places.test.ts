import { expect, it } from 'vitest';
import { freePlaces } from './places';

const plan = (width: number, height: number, factor: number) => ({ width, height, factor });

it('frees every code whose patch the hole touches, with a single pixel', () => {
  const hole = new Uint8Array(8 * 8);
  hole[7 * 8 + 4] = 1; // row 7, column 4: the last row of codes, third of four columns
  const expected = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
  expect([...freePlaces(hole, 8, [plan(4, 4, 2)], 0)]).toEqual(expected);
});

it('grows by whole codes and stays in the grid', () => {
  const hole = new Uint8Array(8 * 8);
  hole[0] = 255;
  expect([...freePlaces(hole, 8, [plan(4, 4, 2)], 1)]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

it('pools each grid by its own codes, one after the other', () => {
  const hole = new Uint8Array(8 * 8);
  hole[8 * 8 - 1] = 9;
  expect([...freePlaces(hole, 8, [plan(2, 2, 4), plan(4, 4, 2)], 0)]).toEqual([
    ...[0, 0, 0, 1],
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ]);
});

it('refuses grids that are not the picture', () => {
  expect(() => freePlaces(new Uint8Array(60), 8, [plan(4, 4, 2)], 0)).toThrow(/60 pixels, 8 a row.*4 x 4 codes of 2/);
});
