/** Adam (Kingma and Ba 2015, algorithm 1) on one array, in double precision. Pure. */
const BETA_1 = 0.9;
/** Of fits of a hundred steps: the paper's 0.999 remembers a thousand. */
const BETA_2 = 0.99;
const EPSILON = 1e-12;

export interface AdamOptions {
  readonly beta2: number;
  readonly epsilon: number;
}

export class Adam {
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private steps = 0;

  /** @param values moved in place */
  constructor(
    private readonly values: Float32Array,
    private readonly options: AdamOptions = { beta2: BETA_2, epsilon: EPSILON },
  ) {
    this.first = new Float64Array(values.length);
    this.second = new Float64Array(values.length);
  }

  /** Moves the values against `gradient`, each by about `rate`. */
  step(gradient: ArrayLike<number>, rate: number): void {
    const { values, first, second } = this;
    const { beta2, epsilon } = this.options;
    this.steps++;
    const [rest1, rest2] = [1 - BETA_1 ** this.steps, 1 - beta2 ** this.steps];
    for (let i = 0; i < values.length; i++) {
      const slope = gradient[i] ?? 0;
      first[i] = BETA_1 * first[i]! + (1 - BETA_1) * slope;
      second[i] = beta2 * second[i]! + (1 - beta2) * slope * slope;
      values[i]! -= (rate * (first[i]! / rest1)) / (Math.sqrt(second[i]! / rest2) + epsilon);
    }
  }
}
