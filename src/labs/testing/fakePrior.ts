/**
 * Priors for unit tests of stores and sessions: a toy denoiser that likes one code at each place, carried out by the plans and steps of
 * diffusion/. Never imported by the app.
 */
import { haltonRanks } from '../../diffusion/halton';
import { argmaxGumbel, impose, runStep, startCodes, type Denoiser, type RunOptions } from '../../diffusion/run';
import { Draws, seedOf } from '../../diffusion/random';
import { planSteps, type RevealStep, type SamplerStep } from '../../diffusion/samplers';
import { createSchedule, scheduleOf } from '../../diffusion/schedule';
import type {
  CodeGrid,
  PlaceAnswer,
  PlaceQuestion,
  PriorSummary,
  SampleFrame,
  SampleOptions,
  SampleResult,
  VocabularyView,
} from '../../engine/types';
import { x0Distribution } from '../../diffusion/distribution';

const side = 3;
const N = side * side;

/** @param codebookSize of the fake tokenizer. @param gridSide 8: of its whole square, for filling holes */
export function fakePrior(
  kind: 'absorbing' | 'mask-replace' | 'uniform' | 'autoregressive',
  codebookSize = 1000,
  id = `fake-${kind}`,
  gridSide = side,
): PriorSummary {
  const processes = {
    absorbing: { kind: 'absorbing', numTimesteps: 20 },
    'mask-replace': { kind: 'mask-replace', numTimesteps: 20, gammaBarT: 0.9, betaBarT: 0.1 },
    uniform: { kind: 'uniform', numTimesteps: 20, cosineOffset: 0.008 },
    autoregressive: { kind: 'autoregressive' },
  } as const;
  return {
    ...{ id, title: `Fake ${kind} prior`, family: 'prior', sizeBytes: 9000, licence: 'CC0-1.0', credits: 'CREDITS.md' },
    ...{ parameters: 2000, metrics: { bitsPerToken: 4.2 }, training: { metrics: {} }, codeCount: gridSide ** 2 },
    config: {
      process: processes[kind],
      grids: [{ name: 'codes', height: gridSide, width: gridSide, codebookSize }],
      ...{ width: 32, depth: 1, heads: 2, contextLength: 5, mlpRatio: 4 },
    },
    weights: { file: 'model.safetensors', sizeBytes: 1, sha256: '' },
    pairsWith: { id: 'fake-64', sha256: '' },
    vocabulary: { file: 'vocabulary.json', sha256: '', size: 8 },
  };
}

export const fakeVocabulary: VocabularyView = {
  slots: [
    { name: 'style', count: 1, choices: ['noto', 'twemoji'] },
    { name: 'group', count: 1, choices: ['animals', 'food'] },
    { name: 'words', count: 3, choices: ['cat', 'cat face', 'grinning', 'heart', 'house', 'pizza', 'red'] },
  ],
};

/** The code that the denoiser likes at a place: it depends on the words. */
function liked(place: number, condition: SampleOptions['condition'], K: number): number {
  const words = [...Object.values(condition).join(' ')].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return (words * 7 + place * 37) % K;
}

const logitsAt = (place: number, condition: SampleOptions['condition'], K: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: K }, (_, k) => (k === liked(place, condition, K) ? 8 : (k % 5) / 5));

function toyDenoiser(batch: number, condition: SampleOptions['condition'], K: number): Denoiser {
  const logits = (given: SampleOptions['condition'], { first, count }: { first: number; count: number }) => {
    const out = new Float32Array(batch * count * K);
    for (let row = 0; row < batch * count; row++) out.set(logitsAt(first + (row % count), given, K), row * K);
    return out;
  };
  return {
    ...{ batch, length: N },
    evaluate: (_codes, _t, span, guided) =>
      Promise.resolve({
        conditional: logits(condition, span),
        unconditional: guided ? logits({}, span) : null,
      }),
  };
}

export const fakeExplain = ({ place, condition, guided }: PlaceQuestion, { config }: PriorSummary): PlaceAnswer => {
  const K = config.grids[0]?.codebookSize ?? 0;
  return { conditional: logitsAt(place, condition, K), unconditional: guided ? logitsAt(place, {}, K) : null };
};

/** What a run of the fake is stopped and watched by. */
export interface FakeRun {
  readonly onFrame: ((frame: SampleFrame) => void) | undefined;
  /** Waits between two steps; rejects when the run is stopped. */
  readonly breathe: () => Promise<void>;
  readonly decode: (grid: CodeGrid) => SampleResult['images'][number];
}

/** The result of a run, step by step; gaussian priors it does not have. */
export async function fakeSample(model: PriorSummary, options: SampleOptions, run: FakeRun): Promise<SampleResult> {
  const { process, grids } = model.config;
  const K = grids[0]?.codebookSize ?? 0;
  const { batch, seed, distribution } = options;
  if (process.kind === 'gaussian') throw new Error('The fake engine has no gaussian prior.');
  const denoiser = toyDenoiser(batch, options.condition, K);
  const schedule = process.kind === 'autoregressive' ? null : createSchedule(options.schedule, process, K);
  const state = {
    codes: options.start
      ? Int32Array.from(options.start.codes)
      : schedule
        ? startCodes(seed, batch, { first: 0, count: N, codebookSize: K }, schedule)
        : new Int32Array(batch * N).fill(K),
    best: new Int32Array(batch * N),
    confidence: new Float32Array(batch * N),
    entropy: new Float32Array(batch * N),
  };
  const masked = Math.max(
    ...Array.from(
      { length: batch },
      (_, i) => state.codes.subarray(i * N, (i + 1) * N).filter((code) => code === K).length,
    ),
  );
  const time = options.start?.time ?? schedule?.numTimesteps ?? N;
  const firstNumber = options.start?.number ?? 1;
  const steps: Pick<SamplerStep, 'number' | 'from' | 'to' | 'networkTime'>[] =
    schedule && process.kind !== 'autoregressive'
      ? planSteps(options.sampler, { schedule, trained: scheduleOf(process, K), start: time, masked, firstNumber })
      : Array.from({ length: time }, (_, i) => ({
          number: N - time + i + 1,
          from: time - i,
          to: time - i - 1,
          networkTime: 0,
        }));
  const runOptions = {
    ...{ seed, distribution, known: options.known ?? null, order: haltonRanks(side, side) },
    span: { first: 0, count: N, codebookSize: K },
    schedule: schedule ?? createSchedule({ kind: 'model' }, { kind: 'absorbing', numTimesteps: 1 }, K),
  } satisfies RunOptions;
  const frame = (step: number): SampleFrame => ({
    ...{ step, steps: steps.length, number: steps[step - 1]?.number ?? firstNumber - 1 },
    ...{ time: steps[step]?.from ?? 0, networkTime: steps[step - 1]?.networkTime ?? null },
    ...structuredClone(state),
  });
  const gridOf = (sample: number): CodeGrid => ({
    ...{ name: 'codes', width: side, height: side, codebookSize: K },
    indices: state.codes.slice(sample * N, (sample + 1) * N),
  });
  const trace = [frame(0)];
  run.onFrame?.(frame(0));
  for (const [i, step] of steps.entries()) {
    await run.breathe();
    if (schedule) await runStep(denoiser, step as SamplerStep, state, runOptions);
    else {
      const place = N - step.from;
      for (let sample = 0; sample < batch; sample++) {
        const { logs } = x0Distribution(logitsAt(place, options.condition, K), null, {
          ...distribution,
          guidanceScale: 1,
        });
        state.codes[sample * N + place] = argmaxGumbel(logs, new Draws(seedOf(seed, sample), step.number, place));
      }
      impose(state.codes, step as RevealStep, runOptions, denoiser);
    }
    trace.push(frame(i + 1));
    run.onFrame?.(frame(i + 1));
  }
  const known = new Set(fakeVocabulary.slots.flatMap(({ choices }) => choices));
  const words = (options.condition['words'] ?? '').split(/\s+/).filter((word) => word && !known.has(word));
  return {
    ...{ model: model.id, tokenizer: model.pairsWith.id, trace },
    codes: Array.from({ length: batch }, (_, sample) => [gridOf(sample)]),
    images: Array.from({ length: batch }, (_, sample) => run.decode(gridOf(sample))),
    timings: { sampleMs: 10 * steps.length, decodeMs: 2, compileMs: 0, passes: steps.length, warm: true },
    unknownWords: words.map((word) => ({ word, replacedBy: null })),
  };
}
