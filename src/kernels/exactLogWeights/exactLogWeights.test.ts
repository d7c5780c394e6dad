import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { packExactRun, packExactStep, plan } from './index';
import { exactLogWeightsReference } from './reference';

const set = { samples: 1, length: 3, maps: 2, codebookSize: 2 };

it('reference on hand values: a place that differs counts, [MASK] does not, nor does what is not seen', () => {
  const step = { same: -1, other: -4, seen: 3, first: 0, count: 3 };
  const maps = [0, 0, 1, 0, 1, 0];
  expect([...exactLogWeightsReference(set, step, [0, 2, 0], maps, [0, -0.5])]).toEqual([-3, -0.5]);
  expect([...exactLogWeightsReference(set, { ...step, seen: 2 }, [0, 0, 0], maps, [0, 0])]).toEqual([0, -3]);
});

it('packs the uniforms in the order of the shader', () => {
  const run = new Uint32Array(packExactRun({ samples: 3, length: 64, maps: 1152, codebookSize: 6 }));
  expect([...run]).toEqual([3, 64, 1152, 6, 2, 0x7fc00000, 0, 0]);
  const step = packExactStep({ same: -0.5, other: -70, seen: 64, first: 8, count: 16 });
  expect([...new Float32Array(step, 0, 2)]).toEqual([-0.5, -70]);
  expect([...new Uint32Array(step, 8)]).toEqual([64, 8, 16, 0, 0, 0]);
});

it('refuses what is no set, and what does not fit', () => {
  expect(() => plan({ ...set, maps: 0 }, smallTarget)).toThrow(/maps must be a whole number >= 1, found 0/);
  expect(() => plan({ ...set, maps: 1 << 24, length: 8 }, smallTarget)).toThrow(/maps needs 536870912 bytes/);
});
