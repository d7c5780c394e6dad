import { describe, expect, it } from 'vitest';
import { inspectQuantizer } from './inspect';

const base = { kind: 'vq', cosine: false, count: 3 } as const;

describe('inspectQuantizer', () => {
  it('lists the chosen code first, then the others by distance, ties by index', () => {
    const codebook = new Float32Array([0, 0, 3, 0, 1, 0, -1, 0]);
    const view = inspectQuantizer({
      ...base,
      latent: new Float32Array([0, 0]),
      codebooks: [codebook],
      chosen: [0],
      count: 4,
    });
    expect(view.levels[0]?.nearest.map(({ index, distance }) => [index, distance])).toEqual([
      [0, 0],
      [2, 1],
      [3, 1],
      [1, 9],
    ]);
  });

  it('shows a residual level what the level before left over', () => {
    const view = inspectQuantizer({
      ...base,
      kind: 'rvq',
      latent: new Float32Array([5, 1]),
      codebooks: [new Float32Array([4, 0, 0, 0]), new Float32Array([0, 0, 1, 1])],
      chosen: [0, 1],
    });
    expect(view.levels[1]?.nearest[0]).toMatchObject({ index: 1, distance: 0 });
  });

  it('measures angles where the quantizer does', () => {
    const view = inspectQuantizer({
      ...base,
      cosine: true,
      latent: new Float32Array([10, 0]),
      codebooks: [new Float32Array([0, 1, 0.1, 0])],
      chosen: [1],
    });
    expect(view.levels[0]?.nearest[0]?.distance).toBeCloseTo(0, 6);
    expect(view.levels[0]?.nearest[1]?.distance).toBeCloseTo(2, 6);
  });

  it('bounds an FSQ latent before it measures: the nearest lattice point is the chosen one', () => {
    // One dimension of 5 steps: values -1, -0.5, 0, 0.5, 1.
    const lattice = new Float32Array([-1, -0.5, 0, 0.5, 1]);
    const view = inspectQuantizer({
      ...base,
      kind: 'fsq',
      fsqLevels: [5],
      latent: new Float32Array([40]),
      codebooks: [lattice],
      chosen: [4],
    });
    expect(view.latent[0]).toBeCloseTo(1.001, 3);
    expect(view.levels[0]?.nearest[0]?.distance).toBeLessThan(1e-5);
  });
});
