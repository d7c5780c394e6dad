/**
 * A prior over a grid larger than its own: it looks through windows of its own size that overlap by half, and at each place the probabilities of
 * all windows that see it are averaged (Bond-Taylor et al. 2022, "Unleashing Transformers", section 3.3).
 */
import { tilePlan } from '../../image/tiles';
import type { Denoiser, Span } from '../../diffusion/run';
import { logSumExp } from '../../diffusion/distribution';

/** What the windows are cut from. */
export interface WindowedShape {
  /** Codes of the large grid, and of a window. */
  readonly height: number;
  readonly width: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly codebookSize: number;
}

interface Window {
  /** Places of the large grid, [windowHeight * windowWidth]. */
  readonly places: Int32Array;
}

export class WindowedDenoiser implements Denoiser {
  readonly batch: number;
  readonly length: number;
  private readonly windows: readonly Window[];
  /** How many windows see a place, [N]; 0: nobody asks. */
  private readonly seen: Uint8Array;
  /** [batch, N, K], with the condition and without. */
  private readonly sums: (Float32Array | null)[] = [null, null];

  /**
   * @param inner the prior over one window, for the same batch
   * @param asked [N]: only windows that see one of these places are evaluated, and only these places are answered
   * @param timeOf the time at which this share of the codes is [MASK], for a process that knows one: each window is told its own, since a window
   * within the hole sees far less than the whole grid
   */
  constructor(
    private readonly inner: Denoiser,
    private readonly shape: WindowedShape,
    private readonly asked: Uint8Array,
    private readonly timeOf: ((share: number) => number) | null = null,
  ) {
    const { height, width, windowHeight, windowWidth } = shape;
    this.batch = inner.batch;
    this.length = height * width;
    this.windows = windowsOf(height, width, windowHeight, windowWidth).filter(({ places }) =>
      places.some((place) => asked[place]),
    );
    this.seen = new Uint8Array(this.length);
    for (const { places } of this.windows) for (const place of places) if (asked[place]) this.seen[place]!++;
  }

  /** Windows of an evaluation. */
  get count(): number {
    return this.windows.length;
  }

  isAsked(place: number): boolean {
    return this.asked[place] !== 0;
  }

  /** Logarithms of the averaged probabilities; zeros at places that are not asked about. */
  async evaluate(
    codes: Int32Array<ArrayBuffer>,
    t: number,
    _span: Span,
    guided: boolean,
  ): Promise<{ conditional: Float32Array; unconditional: Float32Array | null }> {
    const { batch, length } = this;
    const { codebookSize: K } = this.shape;
    const size = this.inner.length;
    const window: Span = { first: 0, count: size, codebookSize: K };
    const sums = [0, ...(guided ? [1] : [])].map((half) => {
      const kept = (this.sums[half] ??= new Float32Array(batch * length * K));
      return kept.fill(0);
    });
    for (const { places } of this.windows) {
      const part = new Int32Array(batch * size);
      for (let sample = 0; sample < batch; sample++)
        places.forEach((place, i) => (part[sample * size + i] = codes[sample * length + place] ?? 0));
      const time = this.timeOf ? this.timeOf(part.filter((code) => code === K).length / part.length) : t;
      const answer = await this.inner.evaluate(part, time, window, guided);
      for (const [half, logits] of [answer.conditional, answer.unconditional].entries()) {
        const sum = sums[half];
        if (!logits || !sum) continue;
        for (let sample = 0; sample < batch; sample++)
          places.forEach((place, i) => {
            if (!this.asked[place]) return;
            addProbabilities(logits, (sample * size + i) * K, sum, (sample * length + place) * K, K);
          });
      }
    }
    for (const sum of sums) this.toLogs(sum);
    const [conditional = new Float32Array(), unconditional = null] = sums;
    return { conditional, unconditional };
  }

  /** Sums of probabilities to logarithms of their mean. */
  private toLogs(sums: Float32Array): void {
    const { codebookSize: K } = this.shape;
    for (let row = 0; row < this.batch * this.length; row++) {
      const windows = this.seen[row % this.length] ?? 0;
      if (!windows) continue;
      // No probability of f32 is below this; the logarithm of 0 would be no number to go on with.
      for (let i = row * K; i < (row + 1) * K; i++) sums[i] = Math.log(Math.max(sums[i]! / windows, 1e-37));
    }
  }
}

/** softmax of a row of logits, added to a row of sums. */
function addProbabilities(logits: Float32Array, from: number, sums: Float32Array, to: number, K: number): void {
  const total = logSumExp(logits.subarray(from, from + K));
  for (let k = 0; k < K; k++) sums[to + k]! += Math.exp(logits[from + k]! - total);
}

/** Windows that cover the grid, half of each shared with the next. */
function windowsOf(height: number, width: number, windowHeight: number, windowWidth: number): Window[] {
  const rows = tilePlan(1, height, windowHeight, windowHeight >> 1, 1).tiles.map(({ rect }) => rect.y);
  const columns = tilePlan(width, 1, windowWidth, windowWidth >> 1, 1).tiles.map(({ rect }) => rect.x);
  return rows.flatMap((top) =>
    columns.map((left): Window => {
      const places = Int32Array.from(
        { length: windowHeight * windowWidth },
        (_, i) => (top + Math.floor(i / windowWidth)) * width + left + (i % windowWidth),
      );
      return { places };
    }),
  );
}
