/** The quantizing step away from the engine: latents to codes, by the codebooks of a model. For latents that no picture has. */
import { fsqDigit, fsqIndex } from '../fsq';
import { unitRows } from './space';

/** What a model quantizes with. */
export interface Quantizer {
  readonly kind: 'vq' | 'fsq' | 'rvq' | 'two-level';
  readonly codeDim: number;
  /** 'vq' only: directions are compared. */
  readonly cosine: boolean;
  /** 'fsq' only: steps of each dimension. */
  readonly fsqLevels: readonly number[] | null;
  /** By level: [codebookSize, codeDim]; none for 'fsq'. */
  readonly codebooks: readonly Float32Array[];
}

/** The encoder's vectors of one picture. */
export interface Latents {
  /** [height * width * codeDim]; of two levels the bottom's. */
  readonly latents: Float32Array;
  /** Two levels: the top's. */
  readonly topLatents?: Float32Array;
}

/** Vector by vector `(1 - t) a + t b`. @throws RangeError where the lengths differ */
export function mixLatents(a: Latents, b: Latents, t: number): Latents {
  const mix = (x: Float32Array, y: Float32Array) => {
    if (x.length !== y.length)
      throw new RangeError('Only pictures with as many codes mix: these have grids of different sizes.');
    return x.map((value, i) => (1 - t) * value + t * y[i]!);
  };
  return {
    latents: mix(a.latents, b.latents),
    ...(a.topLatents && b.topLatents && { topLatents: mix(a.topLatents, b.topLatents) }),
  };
}

/** The codes that the model's quantizer makes of latents, one array for each grid. Ties go to the lowest index. */
export function quantizeLatents(quantizer: Quantizer, { latents, topLatents }: Latents): Int32Array<ArrayBuffer>[] {
  const { kind, codeDim, codebooks, fsqLevels } = quantizer;
  switch (kind) {
    case 'fsq':
      return [roundToLattice(latents, fsqLevels ?? [])];
    case 'vq': {
      const [rows = new Float32Array()] = codebooks;
      const measured = quantizer.cosine ? unitRows(latents, codeDim) : latents;
      return [nearestRows(measured, quantizer.cosine ? unitRows(rows, codeDim) : rows, codeDim)];
    }
    case 'rvq':
      return residual(latents, codebooks, codeDim);
    case 'two-level': {
      const [top = new Float32Array(), bottom = new Float32Array()] = codebooks;
      return [nearestRows(topLatents ?? new Float32Array(), top, codeDim), nearestRows(latents, bottom, codeDim)];
    }
  }
}

function roundToLattice(latents: Float32Array, levels: readonly number[]): Int32Array<ArrayBuffer> {
  const codes = new Int32Array(latents.length / levels.length);
  for (let i = 0; i < codes.length; i++)
    codes[i] = fsqIndex(
      levels.map((count, dim) => fsqDigit(latents[i * levels.length + dim]!, count)),
      levels,
    );
  return codes;
}

/** Level i quantizes what the sum of the levels before it left over (Zeghidour et al. 2021). */
function residual(
  latents: Float32Array,
  codebooks: readonly Float32Array[],
  codeDim: number,
): Int32Array<ArrayBuffer>[] {
  const total = new Float32Array(latents.length);
  return codebooks.map((rows) => {
    const rest = latents.map((value, i) => value - total[i]!);
    const codes = nearestRows(rest, rows, codeDim);
    codes.forEach((code, i) => {
      for (let d = 0; d < codeDim; d++) total[i * codeDim + d]! += rows[code * codeDim + d]!;
    });
    return codes;
  });
}

/** Index of the nearest row for each vector. */
function nearestRows(vectors: Float32Array, rows: Float32Array, codeDim: number): Int32Array<ArrayBuffer> {
  const codes = new Int32Array(vectors.length / codeDim);
  const size = rows.length / codeDim;
  for (let i = 0; i < codes.length; i++) {
    let [best, least] = [0, Infinity];
    for (let k = 0; k < size; k++) {
      let sum = 0;
      // What is already farther than the best is not measured to its end.
      for (let d = 0; d < codeDim && sum < least; d++) sum += (vectors[i * codeDim + d]! - rows[k * codeDim + d]!) ** 2;
      if (sum < least) [best, least] = [k, sum];
    }
    codes[i] = best;
  }
  return codes;
}

/** One step on the way from one picture to another. */
export interface MixStep {
  /** 0: the first picture, 1: the second. */
  readonly t: number;
  /** One array for each grid. */
  readonly codes: readonly Int32Array<ArrayBuffer>[];
  /** Codes that are others than in the step before; 0 in the first. */
  readonly jumped: number;
  /** Codes that are others than in the first step. */
  readonly moved: number;
}

/**
 * The way from one picture's latents to another's in `steps` even steps, both ends included, quantized at each.
 * @throws RangeError where the pictures have different numbers of codes
 */
export function* mixSteps(quantizer: Quantizer, from: Latents, to: Latents, steps: number): Generator<MixStep> {
  let [first, before]: (MixStep | null)[] = [null, null];
  const differing = (codes: MixStep['codes'], other: MixStep | null | undefined) =>
    other
      ? codes.reduce((sum, grid, level) => sum + grid.filter((code, i) => code !== other.codes[level]![i]).length, 0)
      : 0;
  for (let i = 0; i < steps; i++) {
    const t = i / (steps - 1);
    const codes = quantizeLatents(quantizer, mixLatents(from, to, t));
    const step: MixStep = { t, codes, jumped: differing(codes, before), moved: differing(codes, first) };
    first ??= step;
    before = step;
    yield step;
  }
}
