/**
 * The random numbers of every sampler: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), the same bits in
 * shaders/lib/philox.wgsl. Counter-based: a number depends on its address (seed, step, position, draw) alone, so a run can be repeated,
 * rewound and forked at any step, and sample i of a batch (seed + i) is the same as that seed alone.
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/** Upper 32 bits of a * b. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
}

/** Four random u32 of a counter (c0, c1, c2, 0) and the key (seed, 0). Writes to `out` [4]. */
export function philox(seed: number, c0: number, c1: number, c2: number, out: Uint32Array): void {
  let [x0, x1, x2, x3] = [c0 >>> 0, c1 >>> 0, c2 >>> 0, 0];
  let [k0, k1] = [seed >>> 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(M0, x0);
    const low0 = Math.imul(M0, x0) >>> 0;
    const high1 = mulHigh(M1, x2);
    const low1 = Math.imul(M1, x2) >>> 0;
    [x0, x1, x2, x3] = [(high1 ^ x1 ^ k0) >>> 0, low1, (high0 ^ x3 ^ k1) >>> 0, low0];
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** u32 to (0, 1): 23 bits and a half, so neither 0 nor 1 comes out, in f32 as here. */
export const toUniform = (bits: number): number => ((bits >>> 9) + 0.5) * 2 ** -23;

/** A standard Gumbel variable of a uniform one. Clamped: a GPU's log near 1 is off by up to 2^-21 and would give infinity. */
export const toGumbel = (uniform: number): number => -Math.log(Math.max(-Math.log(uniform), 2 ** -24));

/**
 * What a draw is for: its third counter. Gumbel noise of category k is lane k % 4 of draw floor(k / 4); the others lie beyond every codebook.
 */
export const DRAW = {
  /** Noise on the confidence that decides which places are revealed. */
  confidence: 0x10000,
  /** Known codes noised as far as the step: lane 0 whether, lane 1 which. */
  known: 0x10001,
  /** xT: lane 0 whether it is [MASK], lane 1 which code. */
  start: 0x10002,
  /** Gaussian noise of a latent's numbers 2 i and 2 i + 1: draw + i. */
  gaussian: 0x20000,
} as const;

/** The step of everything that is drawn before the first step; the steps are 1, 2, ... */
export const START_STEP = 0;

/** Random numbers at one address. */
export class Draws {
  private readonly words = new Uint32Array(4);

  constructor(
    private readonly seed: number,
    private readonly step: number,
    private readonly position: number,
  ) {}

  /** [lane 0 .. 3] of a draw, in (0, 1). Valid until the next call. */
  uniforms(draw: number): [number, number, number, number] {
    philox(this.seed, this.step, this.position, draw, this.words);
    return [0, 1, 2, 3].map((lane) => toUniform(this.words[lane] ?? 0)) as [number, number, number, number];
  }

  /** Gumbel noise of categories 0 .. count - 1. */
  gumbels(count: number): Float64Array {
    const out = new Float64Array(count);
    for (let k = 0; k < count; k += 4) {
      philox(this.seed, this.step, this.position, k >> 2, this.words);
      for (let lane = 0; lane < 4 && k + lane < count; lane++)
        out[k + lane] = toGumbel(toUniform(this.words[lane] ?? 0));
    }
    return out;
  }

  /** `count` standard normal numbers (Box and Muller). */
  normals(count: number): Float64Array {
    const out = new Float64Array(count);
    for (let i = 0; i < count; i += 2) {
      const [u, v] = this.uniforms(DRAW.gaussian + (i >> 1));
      const radius = Math.sqrt(-2 * Math.log(u));
      out[i] = radius * Math.cos(2 * Math.PI * v);
      if (i + 1 < count) out[i + 1] = radius * Math.sin(2 * Math.PI * v);
    }
    return out;
  }
}

/** The seed of sample i of a batch. */
export const seedOf = (seed: number, sample: number): number => (seed + sample) >>> 0;
