import { expect, test } from 'vitest';
import { emptyMask } from '../../image/hole/mask';
import { fillRect } from '../../image/hole/paint';
import type { Rect } from '../../image/types';
import { createMasks } from './masks';

const painted = (rect: Rect) => (mask: Parameters<typeof fillRect>[0]) => fillRect(mask, rect, 'hole');

function setUp() {
  const masks = createMasks();
  masks.reset(60, 40);
  const dirty: Rect[] = [];
  masks.onChange('hole', (rect) => void dirty.push(rect));
  return { masks, dirty };
}

test('what is kept comes back, and only what changed is told', () => {
  const { masks, dirty } = setUp();
  expect(masks.keep('hole')).toBeNull();
  masks.edit('hole', painted({ x: 5, y: 6, width: 10, height: 4 }));
  const first = masks.keep('hole');
  masks.edit('hole', painted({ x: 30, y: 20, width: 2, height: 2 }));
  const second = masks.keep('hole');
  expect(masks.bounds('hole')).toEqual({ x: 5, y: 6, width: 27, height: 16 });
  expect(masks.load('hole', first)).toBe(true);
  expect(masks.bounds('hole')).toEqual({ x: 5, y: 6, width: 10, height: 4 });
  expect(dirty.slice(-2)).toEqual([
    { x: 5, y: 6, width: 27, height: 16 },
    { x: 5, y: 6, width: 10, height: 4 },
  ]);
  expect(masks.read(second, { width: 60, height: 40 })?.data.filter((one) => one > 0)).toHaveLength(44);
  expect(masks.read(second, { width: 40, height: 60 })).toBeNull();
  masks.load('hole', null);
  expect(masks.bounds('hole')).toBeNull();
  expect(masks.get('hole')!.data.includes(255)).toBe(false);
});

test('an edit that was not kept is taken back; erasing makes the bounds small again', () => {
  const { masks } = setUp();
  masks.edit('hole', painted({ x: 5, y: 6, width: 10, height: 4 }));
  masks.keep('hole');
  masks.edit('hole', painted({ x: 0, y: 0, width: 60, height: 40 }));
  masks.revert('hole');
  expect(masks.bounds('hole')).toEqual({ x: 5, y: 6, width: 10, height: 4 });
  masks.edit('hole', (mask) => fillRect(mask, { x: 0, y: 0, width: 10, height: 40 }, 'known'));
  expect(masks.bounds('hole')).toEqual({ x: 10, y: 6, width: 5, height: 4 });
});

test('a hole travels as bits where it is small, and a damaged one is none', () => {
  const { masks } = setUp();
  masks.edit('hole', painted({ x: 50, y: 30, width: 10, height: 10 }));
  const link = masks.travelling(masks.keep('hole'));
  expect(link).toMatchObject({ kind: 'bits', width: 60, height: 40, bounds: { x: 50, y: 30, width: 10, height: 10 } });
  const other = setUp().masks;
  expect(other.load('hole', link)).toBe(true);
  expect(other.bounds('hole')).toEqual({ x: 50, y: 30, width: 10, height: 10 });
  if (link?.kind !== 'bits') throw new Error('bits were wanted');
  expect(other.load('hole', { ...link, data: 'AAAA' })).toBe(false);
  expect(other.load('hole', { ...link, bounds: { ...link.bounds, x: 55 } })).toBe(false);
  expect(other.load('hole', { ...link, width: 61 })).toBe(false);
  expect(other.bounds('hole')).toBeNull();

  const noise = emptyMask(600, 600);
  for (let i = 0; i < noise.data.length; i++) noise.data[i] = (i * 2654435761) % 3 === 0 ? 255 : 0;
  expect(other.travelling(other.adopt(noise))).toBeNull();
});
