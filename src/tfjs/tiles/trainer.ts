/** One network that learns, on any tfjs backend. Between two trainers everything is in a `TrainerState`, outside of tfjs. */
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core alone knows no gradients: this registers them.
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { activate } from '../backends';
import type { TfjsBackend } from '../types';
import { forward, weightShapes, type HostTensor, type HostWeights, type TileNetworkConfig } from './network';
import { crossEntropyBits } from './ops';

/** Samples to learn from. */
export interface TileBatch {
  /** [samples * N], [MASK] = K */
  readonly xt: Int32Array;
  /** [samples * N] */
  readonly x0: Int32Array;
  /** [samples] */
  readonly times: Int32Array;
}

/** All that the next step depends on, but for its batch. */
export interface TrainerState {
  /** Taken so far. */
  readonly steps: number;
  readonly weights: HostWeights;
  /** Their running mean: what samples are drawn with. The weights themselves shake with every batch. */
  readonly averages: HostWeights;
  /** Adam's first and second moments, in the order of the weights; null before the first step, and for weights that came from a file. */
  readonly moments: readonly HostTensor[] | null;
}

/** Adam (Kingma and Ba 2015). The rate rises over the first steps and falls with the root of the step once the coarse things are learnt. */
const LEARNING_RATE = 4e-3;
const WARM_STEPS = 50;
const STEADY_STEPS = 1500;
const BETA_1 = 0.9;
const BETA_2 = 0.99;

/** The running mean takes in every so-manieth step (each one would cost a tenth of the time) and forgets the beginning at once. */
const AVERAGE_EVERY = 4;
const AVERAGE_DECAY = 0.98;

/** What stays of the mean when step `step` is taken in. */
const averageDecay = (step: number): number => {
  const taken = step / AVERAGE_EVERY;
  return Math.min(AVERAGE_DECAY, taken / (9 + taken));
};

/** @param step from 0 */
export const learningRate = (step: number): number =>
  LEARNING_RATE * Math.min(1, (step + 1) / WARM_STEPS, Math.sqrt(STEADY_STEPS / (step + 1)));

export class TileTrainer {
  private readonly adam = tf.train.adam(LEARNING_RATE, BETA_1, BETA_2);

  private constructor(
    private readonly backend: TfjsBackend,
    private readonly config: TileNetworkConfig,
    private readonly weights: ReadonlyMap<string, tf.Variable>,
    private readonly averages: ReadonlyMap<string, tf.Variable>,
    private steps: number,
  ) {}

  /** @throws Error that lists the tensors which are missing or misshapen */
  static async open(backend: TfjsBackend, config: TileNetworkConfig, state: TrainerState): Promise<TileTrainer> {
    for (const weights of [state.weights, state.averages]) checkWeights(config, weights);
    await activate(backend.name);
    const [weights, averages] = [variablesOf(config, state.weights), variablesOf(config, state.averages)];
    const trainer = new TileTrainer(backend, config, weights, averages, state.steps);
    if (state.moments) await trainer.setMoments(state.moments, state.steps);
    return trainer;
  }

  /** A step of Adam for each batch. @returns the mean loss over them, in bits per code */
  async train(batches: readonly TileBatch[]): Promise<number> {
    await activate(this.backend.name);
    const costs = batches.map((batch) => this.step(batch));
    try {
      // Read together: on a GPU every reading waits for all that was sent before.
      const sum = tf.addN(costs);
      const [total = NaN] = await sum.data();
      sum.dispose();
      return total / costs.length;
    } finally {
      tf.dispose(costs);
    }
  }

  /** Logits of x0 by the averaged weights, [samples * N, K]. @param codes [samples * N], [MASK] = K. @param times [samples], fractions allowed */
  async evaluate(codes: Int32Array, times: ArrayLike<number>): Promise<Float32Array> {
    await activate(this.backend.name);
    const logits = tf.tidy(() => forward(this.config, this.averages, codes, times));
    try {
      return (await logits.data()) as Float32Array;
    } finally {
      logits.dispose();
    }
  }

  /** A copy outside of tfjs: another trainer goes on from it, on another backend too. */
  async state(): Promise<TrainerState> {
    await activate(this.backend.name);
    const [weights, averages] = [await hostWeights(this.weights), await hostWeights(this.averages)];
    const [iterations, ...moments] = await this.adam.getWeights();
    iterations?.tensor.dispose();
    const kept: HostTensor[] = [];
    for (const { tensor } of moments) kept.push(await hostTensor(tensor));
    return { steps: this.steps, weights, averages, moments: kept.length > 0 ? kept : null };
  }

  dispose(): void {
    this.adam.dispose();
    for (const variable of [...this.weights.values(), ...this.averages.values()]) variable.dispose();
  }

  private step({ xt, x0, times }: TileBatch): tf.Scalar {
    // The rate is no part of Adam's interface in tfjs, and a plain field of it.
    Object.assign(this.adam, { learningRate: learningRate(this.steps) });
    const { codebookSize } = this.config;
    const cost = tf.tidy(() => {
      const truth = tf.tensor2d(oneHot(x0, codebookSize), [x0.length, codebookSize]);
      const loss = () => crossEntropyBits(forward(this.config, this.weights, xt, times), truth);
      // Asked for (`true`), so it is there.
      return this.adam.minimize(loss, true, [...this.weights.values()]) as tf.Scalar;
    });
    this.steps++;
    if (this.steps % AVERAGE_EVERY === 0) this.average();
    return cost;
  }

  private average(): void {
    const fresh = 1 - averageDecay(this.steps);
    tf.tidy(() => {
      for (const [name, mean] of this.averages) {
        const weight = this.weights.get(name);
        if (weight) mean.assign(tf.add(mean, tf.mul(tf.sub(weight, mean), fresh)));
      }
    });
  }

  private async setMoments(moments: readonly HostTensor[], steps: number): Promise<void> {
    const tensors = moments.map(({ shape, data }, i) => ({ name: String(i), tensor: tf.tensor(data, [...shape]) }));
    const iterations = { name: 'iter', tensor: tf.scalar(steps, 'int32') };
    // Adam makes variables of its own that share their numbers.
    await this.adam.setWeights([iterations, ...tensors]);
    tf.dispose([iterations.tensor, ...tensors.map(({ tensor }) => tensor)]);
  }
}

function oneHot(codes: Int32Array, codebookSize: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(codes.length * codebookSize);
  for (let i = 0; i < codes.length; i++) out[i * codebookSize + (codes[i] ?? 0)] = 1;
  return out;
}

async function hostTensor(tensor: tf.Tensor): Promise<HostTensor> {
  return { shape: tensor.shape, data: Float32Array.from(await tensor.data()) };
}

async function hostWeights(variables: ReadonlyMap<string, tf.Variable>): Promise<HostWeights> {
  const weights = new Map<string, HostTensor>();
  for (const [name, variable] of variables) weights.set(name, await hostTensor(variable));
  return weights;
}

function variablesOf(config: TileNetworkConfig, weights: HostWeights): Map<string, tf.Variable> {
  const variables = new Map<string, tf.Variable>();
  for (const [name, shape] of weightShapes(config)) {
    const tensor = tf.tensor(weights.get(name)?.data ?? [], [...shape]);
    variables.set(name, tf.variable(tensor));
    tensor.dispose();
  }
  return variables;
}

function checkWeights(config: TileNetworkConfig, weights: HostWeights): void {
  const wrong = [...weightShapes(config)].flatMap(([name, shape]) => {
    const found = weights.get(name)?.shape;
    if (found && found.join() === shape.join()) return [];
    return [`${name} [${shape.join(', ')}] is ${found ? `[${found.join(', ')}]` : 'missing'}`];
  });
  if (wrong.length > 0)
    throw new Error(
      `These weights are not this network's: ${wrong.join('; ')}. Learn from scratch, or train the shipped ones anew.`,
    );
}
