import { pictureFrom } from './picture';
import type { Picture } from './types';

function checkSameSize(a: Picture, b: Picture): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(`Only pictures of one size compare: ${a.width} x ${a.height} and ${b.width} x ${b.height}.`);
  }
}

/**
 * Peak signal-to-noise ratio in dB over 8-bit RGB. Infinity for equal pictures.
 * @throws RangeError when the sizes differ.
 */
export const psnr = (a: Picture, b: Picture): number =>
  10 * Math.log10((255 * 255 * a.width * a.height * 3) / squaredError(a, b));

/** Of 8-bit RGB, in grey levels squared. @throws RangeError when the sizes differ. */
export const meanSquaredError = (a: Picture, b: Picture): number => squaredError(a, b) / (a.width * a.height * 3);

function squaredError(a: Picture, b: Picture): number {
  checkSameSize(a, b);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) if ((i & 3) !== 3) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum;
}

/**
 * A set's quality: the mean of its pictures' dB. Equal pictures have no finite dB and are left out; a set of only equal
 * pictures scores Infinity, an empty set NaN.
 */
export function meanDb(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return values.length === 0 ? NaN : Infinity;
  return finite.reduce((a, b) => a + b, 0) / finite.length;
}

const RADIUS = 5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;
/** 11 taps of a Gaussian, sigma 1.5, summing to 1. */
const GAUSSIAN = (() => {
  const taps = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * 1.5 ** 2)));
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((w) => w / sum);
})();

/** Index into an axis mirrored at its edges, the edge sample repeated: (d c b a | a b c d | d c b a). */
function mirror(i: number, length: number): number {
  const period = 2 * length;
  const k = ((i % period) + period) % period;
  return k < length ? k : period - 1 - k;
}

/**
 * Structural similarity (Wang et al. 2004, eq. 13) on 8-bit RGB: 11-tap Gaussian window, sigma 1.5, mean over channels, windows
 * wholly inside the picture. Equals scikit-image's `structural_similarity(gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False, data_range=255, channel_axis=-1)`. Along a side shorter than 11 pixels no window fits: there
 * every pixel gets one, over the mirrored picture.
 * @throws RangeError when the sizes differ.
 */
export function ssim(a: Picture, b: Picture): number {
  checkSameSize(a, b);
  return (channelSsim(a, b, 0) + channelSsim(a, b, 1) + channelSsim(a, b, 2)) / 3;
}

/** SSIM of one channel. Holds 11 filtered rows, never the whole picture. */
function channelSsim(a: Picture, b: Picture, channel: number): number {
  const { width, height } = a;
  const marginX = width > 2 * RADIUS ? RADIUS : 0;
  const marginY = height > 2 * RADIUS ? RADIUS : 0;
  const columns = width - 2 * marginX;
  const stride = columns * 5;
  // Rows filtered along x: the weighted means of a, b, a a, b b and a b. Row y lives at y mod 11.
  const ring = Array.from({ length: 2 * RADIUS + 1 }, () => ({ y: -1, values: new Float64Array(stride) }));
  const padded = [new Float64Array(columns + 2 * RADIUS), new Float64Array(columns + 2 * RADIUS)] as const;

  const filteredRow = (y: number): Float64Array => {
    const slot = ring[y % ring.length]!;
    if (slot.y === y) return slot.values;
    slot.y = y;
    for (let i = 0; i < padded[0].length; i++) {
      const at = (y * width + mirror(i + marginX - RADIUS, width)) * 4 + channel;
      padded[0][i] = a.data[at]!;
      padded[1][i] = b.data[at]!;
    }
    filterRow(padded[0], padded[1], slot.values);
    return slot.values;
  };

  const sums = new Float64Array(stride);
  let total = 0;
  for (let y = marginY; y < height - marginY; y++) {
    sums.fill(0);
    for (let k = -RADIUS; k <= RADIUS; k++) {
      const w = GAUSSIAN[k + RADIUS]!;
      const row = filteredRow(mirror(y + k, height));
      for (let i = 0; i < stride; i++) sums[i]! += w * row[i]!;
    }
    for (let i = 0; i < stride; i += 5) {
      const ma = sums[i]!;
      const mb = sums[i + 1]!;
      const varA = sums[i + 2]! - ma * ma;
      const varB = sums[i + 3]! - mb * mb;
      const cov = sums[i + 4]! - ma * mb;
      total += ((2 * ma * mb + C1) * (2 * cov + C2)) / ((ma * ma + mb * mb + C1) * (varA + varB + C2));
    }
  }
  return total / (columns * (height - 2 * marginY));
}

function filterRow(a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let x = 0, to = 0; to < out.length; x++, to += 5) {
    let ma = 0;
    let mb = 0;
    let aa = 0;
    let bb = 0;
    let ab = 0;
    for (let k = 0; k <= 2 * RADIUS; k++) {
      const w = GAUSSIAN[k]!;
      const p = a[x + k]!;
      const q = b[x + k]!;
      ma += w * p;
      mb += w * q;
      aa += w * p * p;
      bb += w * q * q;
      ab += w * p * q;
    }
    out[to] = ma;
    out[to + 1] = mb;
    out[to + 2] = aa;
    out[to + 3] = bb;
    out[to + 4] = ab;
  }
}

export interface ErrorMap {
  /** Root mean square error over R, G, B of each pixel, in 8-bit levels. [height * width] */
  readonly error: Float32Array<ArrayBuffer>;
  readonly mean: number;
  readonly max: number;
  /** The errors through `heat`: black at 0, light at `range` and above. */
  readonly picture: Picture;
}

/**
 * Where two pictures differ. `range` is the error, in 8-bit levels, at the light end of the colours: fixed, so that maps of
 * different runs compare.
 * @throws RangeError when the sizes differ.
 */
export function errorMap(a: Picture, b: Picture, range = 64): ErrorMap {
  checkSameSize(a, b);
  const picture = pictureFrom(a.width, a.height);
  const error = new Float32Array(a.width * a.height);
  let sum = 0;
  let max = 0;
  for (let i = 0; i < error.length; i++) {
    let squares = 0;
    for (let c = 0; c < 3; c++) squares += (a.data[4 * i + c]! - b.data[4 * i + c]!) ** 2;
    const value = Math.sqrt(squares / 3);
    error[i] = value;
    sum += value;
    max = Math.max(max, value);
    picture.data.set(HEAT[Math.min(Math.round((value / range) * 255), 255)]!, 4 * i);
  }
  return { error, mean: sum / error.length, max, picture };
}

/** Coefficients of t^0 .. t^6 for R, G, B: Matt Zucker's fit of matplotlib's "inferno" (both CC0). */
const INFERNO = [
  [
    0.0002189403691192265, 0.1065134194856116, 11.60249308247187, -41.70399613139459, 77.162935699427,
    -71.31942824499214, 25.13112622477341,
  ],
  [
    0.001651004631001012, 0.5639564367884091, -3.972853965665698, 17.43639888205313, -33.40235894210092,
    32.62606426397723, -12.24266895238567,
  ],
  [
    -0.01948089843709184, 3.932712388889277, -15.9423941062914, 44.35414519872813, -81.80730925738993,
    73.20951985803202, -23.07032500287172,
  ],
] as const;

/** A perceptually uniform colour for t in [0, 1], dark to light; lightness alone carries the value. [r, g, b], 0..255. */
export function heat(t: number): [number, number, number] {
  const x = Math.min(Math.max(t, 0), 1);
  const [r, g, b] = INFERNO.map((c) => {
    const value = c.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
    return Math.min(Math.max(Math.round(value * 255), 0), 255);
  });
  return [r!, g!, b!];
}

const HEAT = Array.from({ length: 256 }, (_, i) => heat(i / 255));
