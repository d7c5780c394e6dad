/** What the theatre learns from, and what it is measured on. Pure; every number has its address. */
import { drawGarment, GARMENT_SIDE } from './garments';
import { normalsAt, placesAt, uniformsAt } from './random';
import type { TheatreData, TheatreScene, TheatreStage } from './types';

/** Examples in a step. */
export const BATCH = 256;
/** Examples that are measured, never learnt from: 512 points, or 32 pictures. */
export const PROBE = 512;
/** Examples to learn from: 4,096 points, or the patches of 256 pictures. */
const STOCK = 4096;

/** Pixels and side of a patch: 16 patches a picture. */
const PATCH = 7;
const PER_SIDE = GARMENT_SIDE / PATCH;

export interface TheatreExamples extends TheatreScene {
  /** [STOCK, inputs] */
  readonly stock: Float32Array<ArrayBuffer>;
}

/** A point of the plane out of two uniform and two normal numbers. */
type Shape = (u: number, v: number, n: number, m: number) => readonly [number, number];

const BLOBS = 8;

const SHAPES: Readonly<Record<Exclude<TheatreData, 'garments'>, Shape>> = {
  blobs: (u, _, n, m) => {
    const angle = (2 * Math.PI * Math.floor(u * BLOBS)) / BLOBS;
    return [1.2 * Math.cos(angle) + 0.16 * n, 1.2 * Math.sin(angle) + 0.16 * m];
  },
  ring: (u, _, n) => {
    const radius = 1.2 + 0.09 * n;
    return [radius * Math.cos(2 * Math.PI * u), radius * Math.sin(2 * Math.PI * u)];
  },
  spiral: (u, _, n, m) => {
    // The root spreads the points evenly along the arms.
    const along = Math.sqrt(u);
    const angle = 3.4 * Math.PI * along;
    return [1.5 * along * Math.cos(angle) + 0.05 * n, 1.5 * along * Math.sin(angle) + 0.05 * m];
  },
  moons: (u, v, n, m) => {
    const angle = Math.PI * u;
    const [x, y] =
      v < 0.5 ? [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25] : [0.5 - Math.cos(angle), 0.25 - Math.sin(angle)];
    return [1.1 * x + 0.08 * n, 1.1 * y + 0.08 * m];
  },
};

function points(shape: Shape, seed: number, part: number, count: number): Float32Array<ArrayBuffer> {
  const uniforms = uniformsAt(seed, part, 'scene', 2 * count);
  const normals = normalsAt(seed, part + 1, 'scene', 2 * count);
  const out = new Float32Array(2 * count);
  for (let i = 0; i < count; i++)
    out.set(shape(uniforms[2 * i]!, uniforms[2 * i + 1]!, normals[2 * i]!, normals[2 * i + 1]!), 2 * i);
  return out;
}

/** Pictures `first` .. of a seed as patches: each picture's 16, row by row. [16 * count, 49] */
function patches(seed: number, first: number, count: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count * GARMENT_SIDE * GARMENT_SIDE);
  for (let i = 0; i < count; i++) {
    const picture = drawGarment(seed, first + i);
    for (let at = 0; at < picture.length; at++) {
      const [x, y] = [at % GARMENT_SIDE, Math.floor(at / GARMENT_SIDE)];
      const patch = Math.floor(y / PATCH) * PER_SIDE + Math.floor(x / PATCH);
      out[((i * PER_SIDE * PER_SIDE + patch) * PATCH + (y % PATCH)) * PATCH + (x % PATCH)] = picture[at]!;
    }
  }
  return out;
}

export function createScene({ data, seed }: Pick<TheatreStage, 'data' | 'seed'>): TheatreExamples {
  if (data !== 'garments')
    return {
      inputs: 2,
      picture: null,
      stock: points(SHAPES[data], seed, 0, STOCK),
      examples: points(SHAPES[data], seed, 2, PROBE),
    };
  const each = PER_SIDE * PER_SIDE;
  return {
    inputs: PATCH * PATCH,
    picture: { side: GARMENT_SIDE, patches: PER_SIDE },
    stock: patches(seed, 0, STOCK / each),
    examples: patches(seed, STOCK / each, PROBE / each),
  };
}

/** The examples of a step, [BATCH, inputs]: the same in both runs. */
export function batchOf({ stock, inputs }: TheatreExamples, seed: number, step: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(BATCH * inputs);
  placesAt(seed, step, 'batch', BATCH, stock.length / inputs).forEach((place, i) =>
    out.set(stock.subarray(place * inputs, (place + 1) * inputs), i * inputs),
  );
  return out;
}
