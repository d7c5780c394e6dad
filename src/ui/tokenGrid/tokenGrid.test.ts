import { describe, expect, test } from 'vitest';
import { cellAt, cellMetrics } from './draw';
import { cellAfterKey } from './keys';

const grid = { name: 'codes', width: 16, height: 8, codebookSize: 1024, indices: new Int32Array(128) };

describe('token grid', () => {
  test('points map to cells, points outside to none', () => {
    expect(cellAt(grid, 320, 160, 0, 0)).toEqual({ x: 0, y: 0 });
    expect(cellAt(grid, 320, 160, 319.9, 159.9)).toEqual({ x: 15, y: 7 });
    expect(cellAt(grid, 320, 160, 20, 19.9)).toEqual({ x: 1, y: 0 });
    expect(cellAt(grid, 320, 160, 320, 3)).toBeNull();
    expect(cellAt(grid, 320, 160, -1, 3)).toBeNull();
  });

  test('small cells have no joint', () => {
    expect(cellMetrics(grid, 320)).toEqual({ pitch: 20, joint: 1 });
    expect(cellMetrics({ ...grid, width: 128 }, 320).joint).toBe(0);
  });

  test('keys move within the grid', () => {
    const key = (name: string, ctrl = false) => cellAfterKey({ x: 3, y: 2 }, name, ctrl, 16, 8);
    expect(key('ArrowLeft')).toEqual({ x: 2, y: 2 });
    expect(key('PageUp')).toEqual({ x: 3, y: 0 });
    expect(key('End')).toEqual({ x: 15, y: 2 });
    expect(key('Home', true)).toEqual({ x: 0, y: 0 });
    expect(key('End', true)).toEqual({ x: 15, y: 7 });
    expect(key('Tab')).toBeNull();
    expect(cellAfterKey({ x: 15, y: 7 }, 'ArrowDown', false, 16, 8)).toEqual({ x: 15, y: 7 });
  });
});
