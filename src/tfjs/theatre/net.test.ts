/** Gradients of the theatre's network against sums that are written out in double precision, and against finite differences where there is a slope. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openTfjs } from '../device';
import { dot, slopeAlong, wave } from '../latentFit/testing';
import { tensorCount } from '../lower';
import type { TfjsBackend } from '../types';
import { fsqLattice, isTrained, theatreShapes, TheatreNet, type TheatreNetConfig } from './net';

const BETA = 0.25;
const COUNT = 5;

const configOf = (more: Partial<TheatreNetConfig> = {}): TheatreNetConfig => ({
  ...{ inputs: 3, hidden: 0, codeDim: 2, distance: 'l2', gradient: 'straight-through', beta: BETA },
  quantizer: { kind: 'vq', codebookSize: 4, update: 'loss' },
  ...more,
});

const weightsOf = (config: TheatreNetConfig) =>
  new Map(
    [...theatreShapes(config)].map(([name, shape], i) => {
      const size = shape.reduce((product, side) => product * side, 1);
      return [name, { shape, data: wave(size, 0.7 + 0.31 * i) }] as const;
    }),
  );

const batch = wave(COUNT * 3, 0.83);

/** Rows of a matrix. */
const rowsOf = (values: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => values[i * columns + j]!),
  );
const times = (a: number[][], b: number[][]): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const flipped = (a: number[][]): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));

/** The linear network by hand: latents, chosen rows, and the gradient of the error by what the decoder was given. */
function byHand(weights: ReturnType<typeof weightsOf>, rows: number[][]) {
  const at = (name: string, columns: number) => rowsOf(weights.get(name)!.data, columns);
  const plus = (a: number[][], bias: ArrayLike<number>) => a.map((row) => row.map((value, j) => value + bias[j]!));
  const x = rowsOf(batch, 3);
  const e = plus(times(x, at('encoder.0.weight', 2)), weights.get('encoder.0.bias')!.data);
  const chosen = e.map((latent) => {
    const distances = rows.map((row) => row.reduce((sum, value, j) => sum + (value - latent[j]!) ** 2, 0));
    return distances.indexOf(Math.min(...distances));
  });
  const q = chosen.map((code) => rows[code]!);
  const out = plus(times(q, at('decoder.0.weight', 3)), weights.get('decoder.0.bias')!.data);
  const byOut = out.map((row, i) => row.map((value, j) => (2 * (value - x[i]![j]!)) / (COUNT * 3)));
  const byPassed = times(byOut, flipped(at('decoder.0.weight', 3)));
  return { x, e, q, chosen, byPassed };
}

const isClose = (found: ArrayLike<number>, wanted: readonly number[]) => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
};

describe.each(['cpu', 'wasm'] as const)('the theatre on tfjs %s', (name) => {
  let backend: TfjsBackend;
  beforeAll(async () => {
    backend = await openTfjs(name);
  });

  it.each(['straight-through', 'rotation'] as const)(
    '%s: encoder and codes get what the equations say',
    async (gradient) => {
      const config = configOf({ gradient });
      const weights = weightsOf(config);
      const { gradients, indices } = await (await TheatreNet.open(backend, config)).gradients(weights, batch);
      const { x, e, q, chosen, byPassed } = byHand(weights, rowsOf(weights.get('codebook')!.data, 2));
      expect([...indices]).toEqual(chosen);
      const byLatent = e.map((latent, i) => {
        const g = byPassed[i]!;
        const commitment = latent.map((value, j) => (2 * BETA * (value - q[i]![j]!)) / (COUNT * 2));
        if (gradient === 'straight-through') return g.map((value, j) => value + commitment[j]!);
        // s R^T g in the plane: R turns by the angle from e to q, s stretches.
        const scale = Math.hypot(...q[i]!) / Math.hypot(...latent);
        const turn = Math.atan2(q[i]![1]!, q[i]![0]!) - Math.atan2(latent[1]!, latent[0]!);
        const [c, s] = [Math.cos(turn), Math.sin(turn)];
        return [scale * (c * g[0]! + s * g[1]!) + commitment[0]!, scale * (-s * g[0]! + c * g[1]!) + commitment[1]!];
      });
      isClose(gradients.get('encoder.0.weight')!, times(flipped(x), byLatent).flat());
      const byCode = Array.from({ length: 4 }, () => [0, 0]);
      chosen.forEach((code, i) =>
        [0, 1].forEach((j) => (byCode[code]![j]! += (2 * (q[i]![j]! - e[i]![j]!)) / (COUNT * 2))),
      );
      isClose(gradients.get('codebook')!, byCode.flat());
    },
  );

  it('SimVQ: the map gets the gradient of all chosen codes, the frozen ones none', async () => {
    const config = configOf({ quantizer: { kind: 'simvq', codebookSize: 4 } });
    const weights = weightsOf(config);
    const { gradients } = await (await TheatreNet.open(backend, config)).gradients(weights, batch);
    expect(gradients.has('codebook')).toBe(false);
    const frozen = rowsOf(weights.get('codebook')!.data, 2);
    const { e, q, chosen } = byHand(weights, times(frozen, rowsOf(weights.get('projection')!.data, 2)));
    const byRow = e.map((latent, i) => latent.map((value, j) => (2 * (q[i]![j]! - value)) / (COUNT * 2)));
    isClose(gradients.get('projection')!, times(flipped(chosen.map((code) => frozen[code]!)), byRow).flat());
  });

  it('the decoder has a slope: finite differences of the error, three layers and unit vectors included', async () => {
    const config = configOf({ hidden: 6, distance: 'cosine', gradient: 'rotation' });
    const weights = weightsOf(config);
    const net = await TheatreNet.open(backend, config);
    const { gradients } = await net.gradients(weights, batch);
    for (const name of ['decoder.0.weight', 'decoder.1.bias', 'decoder.2.weight']) {
      const { shape, data } = weights.get(name)!;
      const error = async (values: Float32Array) => {
        const { outputs } = await net.run(
          new Map(weights).set(name, { shape, data: Float32Array.from(values) }),
          batch,
        );
        return outputs.reduce((sum, value, i) => sum + (value - batch[i]!) ** 2, 0) / batch.length;
      };
      const direction = wave(data.length, 0.19);
      const gradient = gradients.get(name)!;
      const slope = await slopeAlong(error, data, direction, 0.01);
      const lengths = Math.sqrt(dot(gradient, gradient) * dot(direction, direction));
      expect(Math.abs(slope - dot(gradient, direction)) / lengths).toBeLessThan(1e-3);
    }
  });

  it('unit vectors: the codes go along the sphere only', async () => {
    const config = configOf({ distance: 'cosine' });
    const weights = weightsOf(config);
    const net = await TheatreNet.open(backend, config);
    const { gradients, latents } = await net.gradients(weights, batch);
    for (const latent of rowsOf(latents, 2)) expect(Math.hypot(...latent)).toBeCloseTo(1, 5);
    const rows = rowsOf(weights.get('codebook')!.data, 2);
    rowsOf(gradients.get('codebook')!, 2).forEach((gradient, k) =>
      expect(gradient.reduce((sum, value, j) => sum + value * rows[k]![j]!, 0)).toBeCloseTo(0, 5),
    );
  });

  it('FSQ: latents become points of the lattice, each by its own number', async () => {
    const levels = [5, 4];
    const config = configOf({ quantizer: { kind: 'fsq', levels } });
    const weights = weightsOf(config);
    const net = await TheatreNet.open(backend, config);
    const { indices, latents, outputs } = await net.run(weights, batch);
    const { vectors, decoded } = await net.codes(weights);
    expect(vectors).toEqual(fsqLattice(levels));
    expect(new Set(rowsOf(vectors, 2).map(String)).size).toBe(20);
    indices.forEach((code, i) => {
      const [u, v] = [vectors[2 * code]!, vectors[2 * code + 1]!];
      // Half a step: the lattice is half a width of 2 wide.
      expect(Math.abs(latents[2 * i]! - u)).toBeLessThan(0.2501);
      expect(Math.abs(latents[2 * i + 1]! - v)).toBeLessThan(0.2501);
      isClose(outputs.subarray(3 * i, 3 * i + 3), [...decoded.subarray(3 * code, 3 * code + 3)]);
    });
    const { gradients } = await net.gradients(weights, batch);
    expect(gradients.get('encoder.0.weight')!.some((value) => value !== 0)).toBe(true);
  });

  it('of equal codes the lowest is chosen, and no tensor stays behind', async () => {
    const config = configOf();
    const weights = weightsOf(config);
    weights.get('codebook')!.data.fill(0.5);
    const net = await TheatreNet.open(backend, config);
    const before = tensorCount();
    expect([...(await net.gradients(weights, batch)).indices]).toEqual([0, 0, 0, 0, 0]);
    await net.codes(weights);
    await net.encode(weights, batch);
    expect(tensorCount()).toBe(before);
    expect(isTrained('codebook', configOf({ quantizer: { kind: 'vq', codebookSize: 4, update: 'ema' } }))).toBe(false);
  });
});
