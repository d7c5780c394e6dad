/**
 * A second opinion on a hole: latents that explain what is known of the square, found by gradient descent through the decoder, with no prior. Runs
 * beside the session and stops when another run begins or the lab closes.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EngineClient, FitReport, FitResult, Picture, TokenizerSummary } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import type { Generation } from './answers';

/** How far apart runs must lie to be light in the map, in grey levels. */
const SPREAD_RANGE = 40;
const RUNS = 3;
const STEPS = 60;

export interface OpinionState {
  /** Generation that it was asked about. */
  readonly about: number | null;
  readonly report: FitReport | null;
  readonly result: FitResult | null;
  readonly failure: string | null;
  readonly busy: boolean;
}

export interface Opinion {
  readonly store: StoreApi<OpinionState>;
  /** Asks about the square of a generation. Never rejects. */
  ask(generation: Generation): Promise<void>;
  cancel(): void;
}

export const OPINION_RUNS = RUNS;

/** Why there is none; null where there is one. */
export function whyNoOpinion(
  { options: { picture } }: Pick<Generation, 'options'>,
  tokenizer: TokenizerSummary | undefined,
): string | null {
  if (!tokenizer) return 'The tokenizer of this answer is gone.';
  if (tokenizer.quantizer !== 'vq') return 'This needs a tokenizer with one codebook.';
  if (picture.width !== tokenizer.resolution || picture.height !== tokenizer.resolution)
    return 'This works on one square, not on windows.';
  return null;
}

/** How far it is, all runs together: 0 .. 1. */
export const shareOf = ({ run, step, steps }: FitReport): number => (run + step / steps) / RUNS;

/** The spread over runs as values of a heat map, 0 .. 1. [height * width] */
export const spreadMap = ({ spread }: FitResult): Float32Array =>
  spread.map((value) => Math.min(1, value / SPREAD_RANGE));

/** Mean spread under the hole and outside of it, in grey levels. */
export function meanSpread(spread: ArrayLike<number>, hole: Uint8Array): { inside: number; outside: number } {
  const mean = (wanted: boolean) => {
    let [sum, count] = [0, 0];
    hole.forEach((value, i) => {
      if (value > 0 !== wanted) return;
      sum += spread[i] ?? 0;
      count++;
    });
    return sum / Math.max(1, count);
  };
  return { inside: mean(true), outside: mean(false) };
}

/** The best run: the one whose codes come closest to what is known. */
export function bestRun({ images, scores }: FitResult): Picture | undefined {
  const best = scores.reduce((least, score, i) => (score < (scores[least] ?? Infinity) ? i : least), 0);
  return images[best];
}

const NOTHING: OpinionState = { about: null, report: null, result: null, failure: null, busy: false };

export function createOpinion(engine: EngineClient): Opinion {
  const store = createStore<OpinionState>(() => NOTHING);
  let running: AbortController | null = null;
  return {
    store,
    async ask({ id, options, result }) {
      running?.abort();
      const mine = (running = new AbortController());
      store.setState({ ...NOTHING, about: id, busy: true });
      try {
        const { picture, hole, seed } = options;
        const asked = { model: result.tokenizer, task: { kind: 'inpaint' }, picture, hole, seed } as const;
        const onReport = (report: FitReport) => running === mine && store.setState({ report });
        const found = await engine.fitLatents({ ...asked, runs: RUNS, steps: STEPS }, onReport, {
          signal: mine.signal,
        });
        if (running === mine) store.setState({ result: found, busy: false });
      } catch (error) {
        if (running === mine) store.setState({ busy: false, failure: isAbort(error) ? null : messageOf(error) });
      }
    },
    cancel: () => running?.abort(),
  };
}
