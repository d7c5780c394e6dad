/**
 * A world where the truth is known: a finite set of token maps, all as likely. There p(x0 | xt) needs no training: every map votes for its own
 * codes, with the probability that it became xt (Bayes). What a sampler does to a perfect network can be seen here and nowhere else.
 */
import { LEAST_LOG } from './distribution';
import type { Denoiser, Span } from './run';
import type { Schedule } from './schedule';

/** Token maps, each at most once. */
export interface FiniteSet {
  readonly height: number;
  readonly width: number;
  readonly codebookSize: number;
  /** Number of maps. */
  readonly count: number;
  /** [count, height * width] */
  readonly maps: Uint8Array;
}

const SIDE = 8;
const SHAPE_SIDE = 3;
const POSITIONS = SIDE - SHAPE_SIDE + 1;

/** 3 x 3 cells, `#` is foreground. All of them touch all four sides, so no two are the same map in another position. */
export const SHAPES = {
  ring: ['###', '#.#', '###'],
  plus: ['.#.', '###', '.#.'],
  cross: ['#.#', '.#.', '#.#'],
  tee: ['###', '.#.', '.#.'],
} as const satisfies Record<string, readonly string[]>;

export type ShapeName = keyof typeof SHAPES;

/** Names and colours of the codes. */
export const CODE_STYLES = [
  { name: 'night', rgb: [24, 30, 60] },
  { name: 'paper', rgb: [240, 234, 214] },
  { name: 'red', rgb: [214, 57, 57] },
  { name: 'amber', rgb: [245, 173, 35] },
  { name: 'green', rgb: [58, 160, 96] },
  { name: 'blue', rgb: [52, 124, 214] },
] as const;

/** How [MASK], which is no code, is drawn. */
const MASK_RGB = [128, 128, 128] as const;

const BACKGROUNDS = [0, 1] as const;
const FOREGROUNDS = [2, 3, 4, 5] as const;

/** What a map of the world shows. */
export interface Scene {
  readonly shape: ShapeName;
  /** Of the shape's upper left cell, 0 .. 5. */
  readonly row: number;
  readonly column: number;
  /** Codes. */
  readonly foreground: number;
  readonly background: number;
}

/** The scenes in the order of the maps: shape, row, column, foreground, background, the last one fastest. */
export const SCENES: readonly Scene[] = (Object.keys(SHAPES) as ShapeName[]).flatMap((shape) =>
  Array.from({ length: POSITIONS * POSITIONS }, (_, place) =>
    FOREGROUNDS.flatMap((foreground) =>
      BACKGROUNDS.map((background) => {
        const row = Math.floor(place / POSITIONS);
        return { shape, row, column: place % POSITIONS, foreground, background };
      }),
    ),
  ).flat(),
);

/** Codes of a scene, [8, 8] row-major. */
export function mapOf({ shape, row, column, foreground, background }: Scene): Uint8Array {
  const codes = new Uint8Array(SIDE * SIDE).fill(background);
  SHAPES[shape].forEach((line, y) =>
    [...line].forEach((cell, x) => {
      if (cell === '#') codes[(row + y) * SIDE + column + x] = foreground;
    }),
  );
  return codes;
}

/** 1,152 maps of 8 x 8, K = 6: one of 4 shapes, at 36 positions, in 4 colours, on 2 backgrounds. */
export function createWorld(): FiniteSet {
  const maps = new Uint8Array(SCENES.length * SIDE * SIDE);
  SCENES.forEach((scene, n) => maps.set(mapOf(scene), n * SIDE * SIDE));
  return { height: SIDE, width: SIDE, codebookSize: CODE_STYLES.length, count: SCENES.length, maps };
}

/**
 * Codes as a picture, RGBA with 8 bits a channel.
 * @param codes [height * width], [MASK] = K; anything else is drawn as [MASK]. @param cell pixels a side
 */
export function drawCodes(
  codes: ArrayLike<number>,
  { height, width }: Pick<FiniteSet, 'height' | 'width'>,
  cell: number,
) {
  const data = new Uint8ClampedArray(height * width * cell * cell * 4);
  for (let y = 0; y < height * cell; y++)
    for (let x = 0; x < width * cell; x++) {
      const code = codes[Math.floor(y / cell) * width + Math.floor(x / cell)] ?? -1;
      data.set([...(CODE_STYLES[code]?.rgb ?? MASK_RGB), 255], (y * width * cell + x) * 4);
    }
  return { width: width * cell, height: height * cell, data };
}

/** The map with the fewest other codes than `codes` [N] (the first of equals), and how many those are. [MASK] differs from every code. */
export function nearestMap({ maps, count }: FiniteSet, codes: ArrayLike<number>): { map: number; distance: number } {
  const places = codes.length;
  let best = { map: 0, distance: places + 1 };
  for (let map = 0; map < count && best.distance > 0; map++) {
    let distance = 0;
    for (let i = 0; i < places; i++) if (maps[map * places + i] !== codes[i]) distance++;
    if (distance < best.distance) best = { map, distance };
  }
  return best;
}

/** Distance to the nearest map, for every sample of [batch, N]. */
export function distances(set: FiniteSet, codes: Int32Array): number[] {
  const places = set.height * set.width;
  return Array.from(
    { length: codes.length / places },
    (_, sample) => nearestMap(set, codes.subarray(sample * places, (sample + 1) * places)).distance,
  );
}

/** Share of the samples [batch, N] that are in the set. */
export function validity(set: FiniteSet, codes: Int32Array): number {
  const all = distances(set, codes);
  return all.filter((distance) => distance === 0).length / all.length;
}

/** Known places that each map contradicts, [count]. @param known [N], -1 where free */
function contradictions({ maps, count }: FiniteSet, known: ArrayLike<number>): Uint16Array {
  const places = known.length;
  return Uint16Array.from({ length: count }, (_, map) => {
    let wrong = 0;
    for (let i = 0; i < places; i++) if ((known[i] ?? -1) >= 0 && maps[map * places + i] !== known[i]) wrong++;
    return wrong;
  });
}

/** The maps that agree with all known codes, in their order; none where the known codes contradict each other. @param known [N], -1 where free */
export function completions(set: FiniteSet, known: ArrayLike<number>): number[] {
  return [...contradictions(set, known).entries()].filter(([, wrong]) => wrong === 0).map(([map]) => map);
}

/** Log-probability of a map that is ruled out: below any sum of LEAST_LOG over a map, and finite, so that f32 carries it too. */
const RULED_OUT = -1e6;

/**
 * What known codes say before any noisy code is looked at: log-probabilities of the maps up to a constant, [batch, count]. Maps that
 * contradict them are ruled out; where all do, those that contradict them least stay.
 * @param known [batch, N], -1 where free
 */
export function mapPrior(set: FiniteSet, known: Int32Array): Float32Array<ArrayBuffer> {
  const places = set.height * set.width;
  const batch = known.length / places;
  const prior = new Float32Array(batch * set.count);
  for (let sample = 0; sample < batch; sample++) {
    const wrong = contradictions(set, known.subarray(sample * places, (sample + 1) * places));
    const least = wrong.reduce((a, b) => Math.min(a, b));
    wrong.forEach((own, map) => (prior[sample * set.count + map] = own === least ? 0 : RULED_OUT));
  }
  return prior;
}

/**
 * Logarithms of q(xt_i | x0_i): where xt_i is the map's own code, and where it is another. [MASK] says nothing: every map became it
 * with the same probability. Impossible places count LEAST_LOG each, so that the nearest maps win where no map can have become xt.
 */
export function exactCoefficients(
  { alphaBar, betaBar, numTimesteps }: Schedule,
  t: number,
): { same: number; other: number } {
  if (!(Number.isInteger(t) && t >= 0 && t <= numTimesteps))
    throw new Error(
      `The exact denoiser needs a time of its own schedule, 0 to ${numTimesteps}; found ${t}: plan its steps with that schedule as the trained one.`,
    );
  const beta = betaBar[t] ?? 0;
  return {
    same: Math.max(Math.log((alphaBar[t] ?? 0) + beta), LEAST_LOG),
    other: Math.max(Math.log(beta), LEAST_LOG),
  };
}

/** Weights below e^this of the largest are left out: 1,152 of them together still lie below LEAST_LOG. */
const NEGLIGIBLE = -90;

/** The vote, for one sample after the other. Four maps are counted in one 32-bit sum, a byte each. */
export class MapVote {
  /** 1 where map m has code k at place i, [N, K, words of four maps]. */
  private readonly holds: Int32Array;
  private readonly sums: Int32Array;
  private readonly agreeing: Uint8Array;
  private readonly logs: Float64Array;
  private readonly places: number;

  /** @throws Error for more than 255 places: a byte counts no further */
  constructor(private readonly set: FiniteSet) {
    const { height, width, codebookSize: K, count, maps } = set;
    this.places = height * width;
    if (this.places > 255)
      throw new Error(`The exact denoiser takes maps of at most 255 places, found ${height} x ${width}.`);
    const words = Math.ceil(count / 4);
    const bytes = new Uint8Array(this.places * K * words * 4);
    for (let map = 0; map < count; map++)
      for (let i = 0; i < this.places; i++) bytes[(i * K + (maps[map * this.places + i] ?? 0)) * words * 4 + map] = 1;
    this.holds = new Int32Array(bytes.buffer);
    this.sums = new Int32Array(words);
    this.agreeing = new Uint8Array(this.sums.buffer);
    this.logs = new Float64Array(count);
  }

  /**
   * `logits` of all samples, [batch, span.count, K].
   * @param codes [batch, N]. @param prior [batch, maps], or null
   * @throws Error where the span or the batch is not the set's
   */
  batch(
    batch: number,
    codes: Int32Array,
    span: Span,
    { seen, gain, prior }: { readonly seen: number; readonly gain: number; readonly prior: Float32Array | null },
  ): Float32Array<ArrayBuffer> {
    const { places, set } = this;
    this.check(batch, codes, span);
    const row = span.count * span.codebookSize;
    const out = new Float32Array(batch * row);
    for (let sample = 0; sample < batch; sample++) {
      const part = codes.subarray(sample * places, (sample + 1) * places);
      const own = prior && prior.subarray(sample * set.count, (sample + 1) * set.count);
      this.logits(part, seen, gain, own, span, out.subarray(sample * row, (sample + 1) * row));
    }
    return out;
  }

  /**
   * log p0 at places `first` .. `first + span.count`, clamped at LEAST_LOG, into `out` [span.count, K].
   * @param codes [N]; [MASK] = K. Only the first `seen` of them are looked at
   * @param gain log-probability that a map wins with each code that it shares with them
   * @param prior of the maps, [count], or null where all are as likely
   */
  private logits(
    codes: Int32Array,
    seen: number,
    gain: number,
    prior: Float32Array | null,
    span: Span,
    out: Float32Array,
  ): void {
    const { codebookSize: K, count, maps } = this.set;
    const { places, logs, agreeing } = this;
    this.countAgreeing(codes, seen);
    let peak = -Infinity;
    for (let map = 0; map < count; map++) {
      const log = (agreeing[map] ?? 0) * gain + (prior?.[map] ?? 0);
      logs[map] = log;
      if (log > peak) peak = log;
    }
    const votes = new Float64Array(span.count * K);
    let total = 0;
    for (let map = 0; map < count; map++) {
      const log = (logs[map] ?? 0) - peak;
      if (log < NEGLIGIBLE) continue;
      const weight = Math.exp(log);
      total += weight;
      for (let i = 0, at = map * places + span.first; i < span.count; i++, at++) {
        const k = i * K + (maps[at] ?? 0);
        votes[k] = (votes[k] ?? 0) + weight;
      }
    }
    for (let k = 0; k < votes.length; k++) out[k] = Math.max(Math.log((votes[k] ?? 0) / total), LEAST_LOG);
  }

  private check(batch: number, codes: Int32Array, { first, count, codebookSize }: Span): void {
    const { set, places } = this;
    if (codes.length !== batch * places)
      throw new Error(`The exact denoiser needs ${batch} x ${places} codes, found ${codes.length}.`);
    if (codebookSize !== set.codebookSize || first < 0 || first + count > places)
      throw new Error(
        `The exact denoiser knows ${places} places of ${set.codebookSize} codes, asked for ${first} to ${first + count - 1} of ${codebookSize} codes.`,
      );
  }

  private countAgreeing(codes: Int32Array, seen: number): void {
    const { sums, holds } = this;
    const K = this.set.codebookSize;
    const words = sums.length;
    sums.fill(0);
    for (let i = 0; i < seen; i++) {
      const code = codes[i] ?? -1;
      if (code === K) continue;
      if (!(code >= 0 && code < K))
        throw new Error(
          `The exact denoiser takes codes 0 to ${K - 1} and ${K} for [MASK], found ${code} at place ${i}.`,
        );
      const from = (i * K + code) * words;
      for (let w = 0; w < words; w++) sums[w] = (sums[w] ?? 0) + (holds[from + w] ?? 0);
    }
  }
}

/** p(x0 | xt) itself, or p(x0 | xt, known): a network that was trained for ever. It knows no prompt, so guidance changes nothing. */
export class ExactDenoiser implements Denoiser {
  readonly length: number;
  private readonly vote: MapVote;
  private readonly prior: Float32Array | null;

  /**
   * @param schedule what the codes are noised with; `evaluate` takes a time of it
   * @param known codes that are certain, [batch, N], -1 where free; the states may show them noised or as they are. A trained network is not
   * told: it has only what the state shows, and so has this one where null is given
   * @throws Error where schedule or known codes do not fit the set
   */
  constructor(
    set: FiniteSet,
    private readonly schedule: Schedule,
    readonly batch: number,
    known: Int32Array | null = null,
  ) {
    this.length = set.height * set.width;
    if (schedule.codebookSize !== set.codebookSize)
      throw new Error(`The schedule is for ${schedule.codebookSize} codes, the maps have ${set.codebookSize}.`);
    if (known && known.length !== batch * this.length)
      throw new Error(`Known codes: ${batch} x ${this.length} are needed, found ${known.length}.`);
    this.vote = new MapVote(set);
    this.prior = known && mapPrior(set, known);
  }

  evaluate(
    codes: Int32Array<ArrayBuffer>,
    t: number,
    span: Span,
    guided: boolean,
  ): Promise<{ conditional: Float32Array; unconditional: Float32Array | null }> {
    const { batch, length, prior } = this;
    const { same, other } = exactCoefficients(this.schedule, t);
    const out = this.vote.batch(batch, codes, span, { seen: length, gain: same - other, prior });
    return Promise.resolve({ conditional: out, unconditional: guided ? out : null });
  }
}
