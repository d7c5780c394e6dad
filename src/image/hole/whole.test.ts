import { expect, it } from 'vitest';
import { chooseWhole } from './whole';

const rect = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

it('takes a window of picture on every side of the hole', () => {
  expect(chooseWhole(3000, 2000, rect(1000, 800, 400, 300), 128)).toEqual(rect(872, 672, 656, 556));
});

it('stays in the picture, and is one window at least', () => {
  expect(chooseWhole(3000, 2000, rect(0, 1990, 5, 5), 128)).toEqual(rect(0, 1862, 133, 138));
});

it('reaches beyond a picture that is smaller than a window', () => {
  expect(chooseWhole(60, 300, rect(10, 10, 5, 5), 128)).toEqual(rect(-34, 0, 128, 143));
});
