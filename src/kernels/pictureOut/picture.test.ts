import { expect, it } from 'vitest';
import { pictureInReference } from '../pictureIn/reference';
import { pictureOutReference } from './reference';

it('bytes in, bytes out', () => {
  expect([...pictureInReference([0, 255, 51, 77])]).toEqual([-1, 1, 51 / 127.5 - 1, 0]);
  expect([...pictureOutReference([-7, 7, 0.001, 9])]).toEqual([0, 255, 128, 255]);
  const bytes = Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
  expect([...pictureOutReference(pictureInReference(bytes))]).toEqual(bytes);
});
