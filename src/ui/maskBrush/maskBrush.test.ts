import { describe, expect, test } from 'vitest';
import { wholeView, zoomAt } from '../viewport';
import {
  arrowOf,
  cellsPath,
  CORNERS,
  moveBox,
  pictureBox,
  rectBetween,
  resizeSquare,
  takeRows,
  toPicture,
  unionBox,
} from './geometry';
import { stripeOf, thinningOf, tintTable } from './layers';

describe('a picture on its stage', () => {
  const stage = { width: 828, height: 428 };

  test('is as large as fits, in the middle; small ones are not blown up without end', () => {
    expect(pictureBox(stage, { width: 3000, height: 2000 }, wholeView)).toEqual({
      x: 114,
      y: 14,
      width: 600,
      height: 400,
    });
    expect(pictureBox(stage, { width: 10, height: 10 }, wholeView)).toMatchObject({ width: 60, height: 60 });
    // Before the stage is measured there is no room at all.
    expect(pictureBox({ width: 0, height: 0 }, { width: 10, height: 10 }, wholeView).width).toBeGreaterThan(0);
  });

  test('the point under the pointer stays there when zooming', () => {
    const picture = { width: 3000, height: 2000 };
    const point = { x: 500, y: 300 };
    const before = toPicture(point, pictureBox(stage, picture, wholeView), picture);
    const view = zoomAt(wholeView, point.x / stage.width, point.y / stage.height, 5);
    const after = toPicture(point, pictureBox(stage, picture, view), picture);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
    expect(toPicture({ x: 114, y: 14 }, pictureBox(stage, picture, wholeView), picture)).toEqual({ x: 0, y: 0 });
  });
});

describe('rectangles', () => {
  test('between two corners, in whole pixels, whichever comes first', () => {
    const wanted = { x: 2, y: 3, width: 8, height: 6 };
    expect(rectBetween({ x: 2.9, y: 8.2 }, { x: 9.1, y: 3.5 })).toEqual(wanted);
    expect(rectBetween({ x: 9.1, y: 3.5 }, { x: 2.9, y: 8.2 })).toEqual(wanted);
  });

  test('what waits to be painted is joined, and taken by rows', () => {
    const joined = unionBox(unionBox(null, { x: 5, y: 5, width: 10, height: 2 }), { x: 0, y: 6, width: 4, height: 9 });
    expect(joined).toEqual({ x: 0, y: 5, width: 15, height: 10 });
    expect(takeRows(joined, 60)).toEqual({
      now: { x: 0, y: 5, width: 15, height: 4 },
      rest: { x: 0, y: 9, width: 15, height: 6 },
    });
    expect(takeRows(joined, 1).now.height).toBe(1);
    expect(takeRows(joined, 1e6).rest).toBeNull();
  });

  test('a square is moved, and resized from any corner while the opposite one stays', () => {
    const square = { x: 100, y: 50, width: 40, height: 40 };
    expect(moveBox(square, 3.4, -60)).toEqual({ x: 103, y: -10, width: 40, height: 40 });
    const at = (name: string, x: number, y: number) =>
      resizeSquare(
        square,
        CORNERS.find((corner) => corner.name === name)!,
        { x, y },
        16,
      );
    expect(at('bottom right', 170, 95)).toEqual({ x: 100, y: 50, width: 70, height: 70 });
    expect(at('top left', 90, 20)).toEqual({ x: 70, y: 20, width: 70, height: 70 });
    expect(at('top right', 145, 80)).toEqual({ x: 100, y: 45, width: 45, height: 45 });
    // Pulled through itself it stays as small as can be.
    expect(at('bottom left', 300, 0)).toEqual({ x: 124, y: 50, width: 16, height: 16 });
  });

  test('cells, arrows', () => {
    expect(cellsPath(Uint8Array.of(0, 1, 0, 0), 2, 2, { x: 10, y: 20, width: 8, height: 8 })).toBe('M14 20h4v4h-4z');
    expect(arrowOf('ArrowUp', 3)).toEqual({ x: 0, y: -3 });
    expect(arrowOf('a', 3)).toBeNull();
  });
});

describe('layers', () => {
  test('a mask is tinted by how much is hidden, in two stripes', () => {
    const table = tintTable(
      {
        stripes: [
          [200, 0, 0],
          [250, 100, 0],
        ],
      },
      0.5,
    );
    const bytes = new Uint8Array(table.buffer);
    const colour = (at: number) => [...bytes.subarray(at * 4, at * 4 + 4)];
    expect(colour(0)[3]).toBe(0);
    expect(colour(255)).toEqual([200, 0, 0, 128]);
    expect(colour(256 + 100)).toEqual([250, 100, 0, 50]);
  });

  test('only pictures beyond sixteen million pixels are shown by fewer', () => {
    expect(thinningOf({ width: 3000, height: 2000 })).toBe(1);
    expect(thinningOf({ width: 8192, height: 8192 })).toBe(3);
    expect(stripeOf({ width: 64, height: 10 })).toBe(2);
  });
});
