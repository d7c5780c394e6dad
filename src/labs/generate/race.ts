/** The same words and seed through several samplers or models, one after the other. Nothing here is a time that was not measured. */
import { samplersOf } from '../../diffusion/samplers';
import type {
  EngineClient,
  Picture,
  PriorSummary,
  SampleOptions,
  SampleTimings,
  VocabularyView,
} from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import { sampleOptions, SAMPLER_WORDS, samplerName } from './samplers';
import type { GenerateSpec, RaceEntry } from './spec';

export const MOST_LANES = 4;

export interface Lane {
  readonly title: string;
  readonly model: string;
  /** Codes that are drawn: all samples. */
  readonly tokens: number;
  /** Held-out score of the model's card, which all its samplers share; null where the card has none. */
  readonly bitsPerToken: number | null;
  readonly status: 'waiting' | 'running' | 'done' | 'failed' | 'stopped';
  /** Of a lane that runs. */
  readonly fraction: number | null;
  readonly images: readonly Picture[];
  readonly timings: SampleTimings | null;
  readonly problem: string | null;
}

export interface RacePreset {
  readonly title: string;
  readonly entries: readonly RaceEntry[];
}

/** Races that are worth a look with the models there are. */
export function racePresets(model: PriorSummary, models: readonly PriorSummary[]): RacePreset[] {
  const names = samplersOf(model.config.process.kind);
  const { process } = model.config;
  const longest = process.kind === 'autoregressive' ? 1 : process.numTimesteps;
  /** The exact posterior with these steps, each number once and none beyond the schedule's times. */
  const steps = (...numbers: number[]): RaceEntry[] =>
    [...new Set(numbers.map((n) => Math.min(n, longest)))].map((numSteps) => ({
      ...{ model: null, sampler: 'posterior', numSteps },
    }));
  const maskgit: RaceEntry = { model: null, sampler: 'maskgit', numSteps: 8 };
  const tokens = models.find(({ config, id }) => config.process.kind === 'autoregressive' && id !== model.id);
  const presets: RacePreset[] = [];
  if (names.includes('posterior'))
    presets.push({
      title: 'Fewer and fewer steps',
      entries: [...steps(100, 25, 10), ...(names.includes('maskgit') ? [maskgit] : [])],
    });
  if (names.includes('posterior') && tokens)
    presets.push({
      title: 'Against one code after the other',
      entries: [
        ...(names.includes('maskgit') ? [...steps(100, 25), maskgit] : steps(100, 25, 10)),
        { model: tokens.id, sampler: 'autoregressive', numSteps: 1 },
      ],
    });
  return presets;
}

/** The lanes in force: the visitor's, else the last preset that there is. */
export const raceEntries = (
  spec: GenerateSpec,
  model: PriorSummary,
  models: readonly PriorSummary[],
): readonly RaceEntry[] => (spec.race.length > 0 ? spec.race : (racePresets(model, models).at(-1)?.entries ?? []));

/** The model of a lane: its own where it is here. */
export const laneModel = (entry: RaceEntry, model: PriorSummary, models: readonly PriorSummary[]): PriorSummary =>
  models.find(({ id }) => id === entry.model) ?? model;

/** What a lane asks for: the visitor's words, seed, batch and knobs, its own sampler and steps. */
export const laneOptions = (
  entry: RaceEntry,
  spec: GenerateSpec,
  model: PriorSummary,
  vocabulary: VocabularyView,
): SampleOptions =>
  sampleOptions({ ...spec, model: model.id, sampler: entry.sampler, numSteps: entry.numSteps }, model, vocabulary);

export function newLane(options: SampleOptions, model: PriorSummary): Lane {
  const { sampler, batch } = options;
  const steps = 'numSteps' in sampler ? `, ${sampler.numSteps} steps` : '';
  return {
    title: `${SAMPLER_WORDS[samplerName({ sampler: sampler.kind }, model)].title}${steps}`,
    ...{ model: model.title, tokens: batch * model.codeCount, bitsPerToken: model.metrics['bitsPerToken'] ?? null },
    ...{ status: 'waiting', fraction: null, images: [], timings: null, problem: null },
  };
}

/** Codes drawn a second; null before it was measured. */
export const tokensPerSecond = ({ tokens, timings }: Lane): number | null =>
  timings && timings.sampleMs > 0 ? (tokens / timings.sampleMs) * 1000 : null;

/**
 * Runs the lanes in order and tells each change. One that fails says so, and the others go on; after `signal` those that are left are
 * stopped. Resolves in any case.
 */
export async function runRace(
  asked: readonly { readonly options: SampleOptions; readonly model: PriorSummary }[],
  engine: Pick<EngineClient, 'sample'>,
  signal: AbortSignal,
  onLane: (at: number, lane: Lane) => void,
): Promise<void> {
  for (const [at, { options, model }] of asked.entries()) {
    const lane = newLane(options, model);
    const tell = (patch: Partial<Lane>) => onLane(at, { ...lane, ...patch });
    if (signal.aborted) {
      tell({ status: 'stopped' });
      continue;
    }
    tell({ status: 'running' });
    try {
      const onFrame = ({ step, steps }: { step: number; steps: number }) =>
        !signal.aborted && tell({ status: 'running', fraction: step / Math.max(1, steps) });
      const { images, timings } = await engine.sample({ ...options, draw: 'codes' }, onFrame, { signal });
      tell({ status: 'done', images, timings });
    } catch (error) {
      tell(isAbort(error) ? { status: 'stopped' } : { status: 'failed', problem: messageOf(error) });
    }
  }
}
