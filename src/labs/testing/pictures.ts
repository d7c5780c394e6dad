import type { Picture } from '../../engine/types';

/** A square gradient: no two columns and no two rows are equal. */
export function testPicture(side: number): Picture {
  const data = new Uint8ClampedArray(side * side * 4);
  for (let i = 0; i < side * side; i++)
    data.set([((i % side) * 255) / side, (Math.floor(i / side) * 255) / side, 90, 255], i * 4);
  return { width: side, height: side, data };
}
