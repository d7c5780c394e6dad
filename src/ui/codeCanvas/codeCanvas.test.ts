import { expect, test } from 'vitest';
import { boxPath, cellsPath, cornersPath, gridPath } from './marks';
import { cellUnder } from './pointers';

test('paths over a grid, in cells', () => {
  expect(boxPath({ x: 1, y: 2, width: 3, height: 4 })).toBe('M1 2h3v4h-3z');
  expect(gridPath({ width: 3, height: 2 })).toBe('M1 0v2M2 0v2M0 1h3');
  expect(cellsPath([{ x: 0, y: 5 }])).toBe('M0 5h1v1h-1z');
  expect(cornersPath([0, 7], 4)).toBe('M0 0h.34l-.34 .34zM3 1h.34l-.34 .34z');
});

test('a spot belongs to the cell that it is in; beyond the edge to the nearest', () => {
  expect(cellUnder({ x: 2.99, y: 0 }, 4, 3)).toEqual({ x: 2, y: 0 });
  expect(cellUnder({ x: 4, y: -0.5 }, 4, 3)).toEqual({ x: 3, y: 0 });
});
