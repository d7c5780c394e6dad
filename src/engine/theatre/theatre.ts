/**
 * The collapse theatre: up to two tiny VQ-VAEs that begin alike and differ in one thing, step by step side by side. tfjs computes on the CPU whatever the engine
 * runs on: a step is some hundred ops of a few microseconds, less than what it costs to hand them to a GPU, and the same seed gives the same show
 * on every machine.
 */
import { openTfjs } from '../../tfjs/device';
import { openTheatreNet, type TheatreNet } from '../../tfjs/theatre/open';
import type { TfjsBackend } from '../../tfjs/types';
import { breathe } from '../calls';
import type { RunControl } from '../runs';
import { Actor } from './actor';
import { createScene, type TheatreExamples } from './scene';
import type { TheatreFrame, TheatreOptions, TheatreRecipe, TheatreResult, TheatreStage } from './types';

const MOST_STEPS = 100_000;

interface Play {
  readonly stage: TheatreStage;
  readonly recipes: readonly TheatreRecipe[];
  readonly examples: TheatreExamples;
  readonly actors: readonly Actor[];
  /** Of the steps of this play. */
  learnMs: number;
}

export class Theatre {
  private play: Play | null = null;

  /**
   * Goes on for `steps` steps; what was reached is kept, also when it is aborted.
   * @throws Error that says what was needed and what was found; the signal's reason when aborted, at most a frame later
   */
  async perform(
    options: TheatreOptions,
    control: RunControl,
    onFrame?: (frame: TheatreFrame) => void,
  ): Promise<TheatreResult> {
    check(options);
    const { steps, stepsPerFrame, frameMs = 0 } = options;
    const tfjs = await openTfjs('wasm').catch(() => openTfjs('cpu'));
    const play = this.open(options);
    const nets = await Promise.all(play.actors.map(({ config }) => openTheatreNet(tfjs, config)));
    let frame = await frameOf(play, nets);
    for (let done = 0; done < steps;) {
      const began = performance.now();
      const count = Math.min(stepsPerFrame, steps - done);
      for (const [i, actor] of play.actors.entries()) for (let s = 0; s < count; s++) await actor.learn(nets[i]!);
      play.learnMs += performance.now() - began;
      done += count;
      frame = await frameOf(play, nets);
      onFrame?.(frame);
      control.report?.({ stage: 'prepare', fraction: done / steps, message: `step ${frame.step}` });
      await breathe(control.signal);
      await rest(frameMs - (performance.now() - began), control.signal);
    }
    const { inputs, examples, picture } = play.examples;
    return { scene: { inputs, examples, picture }, frame, backend: wordsFor(tfjs) };
  }

  private open({ stage, recipes, from }: TheatreOptions): Play {
    const { play } = this;
    const isSame = play && JSON.stringify([play.stage, play.recipes]) === JSON.stringify([stage, recipes]);
    if (from === 'kept' && isSame) {
      // A run that was cut off between the two is brought to the same step by beginning anew: nobody could tell what it shows.
      if (play.actors.every(({ step }) => step === play.actors[0]!.step)) return play;
    }
    const examples = createScene(stage);
    const actors = recipes.map((recipe) => new Actor(stage, recipe, examples));
    this.play = { stage, recipes, examples, actors, learnMs: 0 };
    return this.play;
  }
}

async function frameOf({ actors, learnMs }: Play, nets: readonly TheatreNet[]): Promise<TheatreFrame> {
  const step = actors[0]?.step ?? 0;
  const frames = [];
  for (const [i, actor] of actors.entries()) frames.push(await actor.frame(nets[i]!));
  return { step, actors: frames, stepMs: step > 0 ? learnMs / step : null };
}

function check({ stage, recipes, steps, stepsPerFrame }: TheatreOptions): void {
  const whole = (name: string, value: number, least: number, most: number) => {
    if (!(Number.isInteger(value) && value >= least && value <= most))
      throw new Error(`${name} is a whole number from ${least} to ${most}, found ${value}.`);
  };
  whole('codebookSize', stage.codebookSize, 2, 1024);
  whole('seed', stage.seed, 0, 0xffffffff);
  whole('steps', steps, 0, MOST_STEPS);
  whole('stepsPerFrame', stepsPerFrame, 1, MOST_STEPS);
  if (!(stage.learningRate > 0 && stage.learningRate <= 1))
    throw new Error(`The learning rate is a number above 0, 1 at most, found ${stage.learningRate}.`);
  if (recipes.length < 1 || recipes.length > 2) throw new Error(`One or two runs, found ${recipes.length}.`);
}

const wordsFor = ({ name }: TfjsBackend): string => `tfjs on the CPU (${name})`;

/** Waits, and ends the wait where the signal fires. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms < 1) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
