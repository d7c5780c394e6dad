/** What the golden files do not reach: ties, NaN, slices of the codebook, running on from the middle, leaks. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder';
import type { Graph, Tensor } from '../graph/ir';
import type { WeightSource } from '../graph/weights';
import { openTfjs } from './device';
import { tensorCount, TfjsProgram, TfjsWeights } from './lower';

const sourceOf = (shape: number[], data: Float32Array<ArrayBuffer>): WeightSource => ({ get: () => ({ shape, data }) });

const search = (rows: number, dim: number, size: number): Graph => {
  const g = new GraphBuilder();
  const latents = g.input('latents', [1, 1, rows, dim], 'f32');
  const { indices, distances } = g.nearestCode('search', latents, g.constant('codes', [size, dim], 'rows'));
  g.output('indices', indices);
  g.output('distances', distances);
  return g.finish();
};

describe.each(['cpu', 'wasm'] as const)('tfjs %s', (name) => {
  it('answers the lowest index on ties, and 0 for NaN', async () => {
    const codes = Float32Array.of(5, 5, 1, 0, 0, 1, 1, 0, 0, 1);
    const program = new TfjsProgram(await openTfjs(name), search(4, 2, 5), new TfjsWeights(sourceOf([5, 2], codes)));
    const latents = Float32Array.of(1, 0, 0.5, 0.5, NaN, 0, 0, 1.1);
    const { outputs } = await program.run({ latents });
    expect([...(outputs.indices ?? [])]).toEqual([1, 1, 0, 2]);
    expect(outputs.distances?.[1]).toBeCloseTo(0.5, 5);
  });

  it('searches a large codebook in slices, ties across slices included', async () => {
    // 2,048 latents: slices of 2,048 codes.
    const [rows, size] = [2048, 5000];
    const codes = Float32Array.from({ length: size }, (_, k) => (k === 4999 ? 40 : k % 2500));
    const program = new TfjsProgram(
      await openTfjs(name),
      search(rows, 1, size),
      new TfjsWeights(sourceOf([size, 1], codes)),
    );
    const latents = Float32Array.from({ length: rows }, (_, i) => i);
    const { outputs } = await program.run({ latents });
    expect(outputs.indices).toEqual(Int32Array.from({ length: rows }, (_, i) => i));
  });

  it('runs on from the middle, computes only what is asked for, and leaves no tensor behind', async () => {
    const g = new GraphBuilder();
    const double = (label: string, x: Tensor) => g.add(label, x, x);
    g.segment('first');
    const once = double('once', g.input('x', [1, 1, 1, 2], 'elem'));
    g.output('once', once);
    g.segment('second');
    g.output('twice', double('twice', once));
    const program = new TfjsProgram(
      await openTfjs(name),
      g.finish(),
      new TfjsWeights(sourceOf([], new Float32Array())),
    );
    const before = tensorCount();
    const whole = await program.run({ x: Float32Array.of(1, 2) });
    expect(whole.outputs).toEqual({ once: Float32Array.of(2, 4), twice: Float32Array.of(4, 8) });
    const rest = await program.run({ once: Float32Array.of(3, 3) }, ['twice']);
    expect(rest.outputs).toEqual({ twice: Float32Array.of(6, 6) });
    expect(Object.keys(rest.segments)).toEqual(['second']);
    await expect(program.run({}, ['twice'])).rejects.toThrow(/not given: x/);
    await expect(program.run({ x: new Float32Array(3) })).rejects.toThrow(/x: 3 values, 2 are needed/);
    expect(tensorCount()).toBe(before);
  });
});
