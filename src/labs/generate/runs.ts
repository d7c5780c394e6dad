/** The runs: one at a time in the engine, each a node of the tree. What a stopped or failed run had made stays; a newer run is never overwritten. */
import type {
  EngineClient,
  Picture,
  PriorSummary,
  Progress,
  SampleFrame,
  SampleOptions,
  SampleResult,
  StandIn,
} from '../../engine/types';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { bare, keepFrame } from './frames';
import { goesOnExactly } from './plan';
import { coloursOf, kindOf } from './pictures';
import { withSteps } from './samplers';
import {
  MOST_PICTURES,
  MOST_TRACES,
  newest,
  patchKey,
  pictureKey,
  selectNode,
  type GenerateStore,
  type PictureKind,
} from './store';
import { addNode, findNode, nextShown, removeNode, updateNode, type NewRun, type RunNode } from './tree';

/** A run in flight. */
interface Job {
  readonly controller: AbortController;
  /** Null: work that is no run. */
  readonly run: number | null;
  /** What becomes of it when it is stopped. */
  end: 'pause' | 'drop';
  readonly over: Promise<void>;
}

export interface Runs {
  /** Puts a run into the tree, shows it and carries it out; one that is in flight is paused. Never rejects. */
  begin(run: NewRun, model: PriorSummary): Promise<void>;
  /** Goes on with the paused run on the screen, or repeats one whose steps were let go. */
  resume(): Promise<void>;
  /** Stops the run in flight; what it has made stays. */
  pause(): void;
  /** Stops the run in flight and forgets it. */
  cancel(): void;
  /** Other work of the engine's, in place of a run: whatever stops a run stops it. Never overlaps with one. */
  exclusive(message: string, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  show(run: number): void;
  remove(run: number): void;
  /** Resolves when no run is in flight. */
  readonly free: () => Promise<void>;
  busy(): boolean;
}

export function createRuns(store: GenerateStore, engine: EngineClient): Runs {
  const set = store.setState;
  let job: Job | null = null;
  let next = 1;

  function keepTrace(run: number, frames: readonly SampleFrame[]): void {
    set(({ traces }) => {
      const others = [...traces].filter(([id]) => id !== run);
      return { traces: newest(new Map([...others, [run, frames]]), MOST_TRACES) };
    });
  }

  function keepPictures(
    run: number,
    step: number,
    kind: (sample: number) => PictureKind,
    made: readonly Picture[],
  ): void {
    set(({ pictures }) => {
      const grown = new Map(pictures);
      made.forEach((picture, sample) => grown.set(pictureKey(run, step, sample, kind(sample)), picture));
      return { pictures: newest(grown, MOST_PICTURES) };
    });
  }

  /** A state of the run in flight: kept, with its pictures where it brought some. */
  function takeFrame(run: number, frame: SampleFrame, standIn: StandIn, { config }: PriorSummary): void {
    keepTrace(run, keepFrame(store.getState().traces.get(run) ?? [], bare(frame)));
    const kind = (sample: number) => kindOf(frame, sample, config.grids, standIn, 'state');
    if (frame.pictures) keepPictures(run, frame.step, kind, frame.pictures);
    if (frame.x0Pictures && frame.step > 0) keepPictures(run, frame.step, () => 'x0', frame.x0Pictures);
  }

  function takeResult(
    node: RunNode,
    result: SampleResult,
    trace: readonly SampleFrame[],
    whole: boolean,
    model: PriorSummary,
  ): void {
    keepTrace(node.id, trace);
    const last = trace.at(-1);
    if (last) keepPictures(node.id, last.step, () => 'state', result.images);
    learnColours(result, model);
    const { codes, timings, unknownWords } = result;
    set(({ tree }) => ({
      tree: updateNode(tree, node.id, {
        ...{ status: 'done', tokenizer: result.tokenizer },
        result: { codes, timings: whole ? timings : null, unknownWords },
      }),
      ...{ phase: 'idle', progress: null },
    }));
  }

  /** What each code of the finest grid painted. */
  function learnColours({ codes, images, tokenizer }: SampleResult, { config }: PriorSummary): void {
    const level = config.grids.length - 1;
    const colours = new Map(store.getState().colours);
    images.forEach((image, sample) => {
      const grid = codes[sample]?.[level];
      if (!grid) return;
      for (const [code, colour] of coloursOf(image, grid.indices, grid.width, grid.height))
        colours.set(patchKey(tokenizer, level, code), colour);
    });
    set({ colours });
  }

  /** Carries a run out. @param from frames that it goes on from; none: from its beginning */
  async function carryOut(node: RunNode, model: PriorSummary, from: SampleFrame | null): Promise<void> {
    const before = job;
    before?.controller.abort();
    let done = () => {};
    const over = new Promise<void>((resolve) => (done = resolve));
    const mine: Job = (job = { controller: new AbortController(), run: node.id, end: 'pause', over });
    const { signal } = mine.controller;
    const kept = from ? (store.getState().traces.get(node.id) ?? []) : [];
    const steps = from?.steps;
    const first = from?.step ?? 0;
    /** A frame of the second part, counted from the beginning; its first is the state that was kept. */
    const shifted = (frame: SampleFrame): SampleFrame => ({
      ...frame,
      step: frame.step + first,
      steps: steps ?? frame.steps,
    });
    set({
      ...{ shown: node.id, phase: 'loading', progress: null, failure: null },
      tree: updateNode(store.getState().tree, node.id, { status: 'running' }),
    });
    const { view } = store.getState();
    const options: SampleOptions = {
      ...(from ? goOn(node.options, from) : node.options),
      draw: view.drawLive ? 'pictures' : 'codes',
      standIn: view.standIn,
    };
    try {
      const onProgress = (progress: Progress) => !signal.aborted && set({ progress });
      const onFrame = (frame: SampleFrame) => {
        if (signal.aborted) return;
        if (store.getState().phase === 'loading') set({ phase: 'running' });
        if (!from || frame.step > 0) takeFrame(node.id, shifted(frame), view.standIn, model);
      };
      const result = await unlessAborted(signal, engine.sample(options, onFrame, { signal, onProgress }));
      if (job !== mine) return;
      const rest = result.trace.map(bare).map(shifted);
      takeResult(node, result, from ? [...kept, ...rest.filter(({ step }) => step > first)] : rest, !from, model);
    } catch (error) {
      stopped(node, mine, isAbort(error) ? null : messageOf(error));
    } finally {
      if (job === mine) job = null;
      done();
    }
  }

  /** A run came to no end: what it made stays unless the visitor dropped it. */
  function stopped(node: RunNode, mine: Job, failure: string | null): void {
    const { tree, traces } = store.getState();
    const empty = (traces.get(node.id) ?? []).length === 0 && node.result === null;
    const known = findNode(tree, node.id);
    if (known && (empty || (mine.end === 'drop' && node.result === null))) forget(node.id);
    else if (known) set({ tree: updateNode(tree, node.id, { status: node.result ? 'done' : 'paused' }) });
    if (job === mine) set({ phase: failure === null ? 'idle' : 'failed', progress: null, failure });
  }

  function forget(run: number): void {
    set(({ tree, shown, traces, pictures, view }) => ({
      shown: shown === run ? nextShown(tree, run) : shown,
      tree: removeNode(tree, run),
      traces: new Map([...traces].filter(([id]) => id !== run)),
      pictures: new Map([...pictures].filter(([key]) => !key.startsWith(`${run}/`))),
      view: shown === run ? { ...view, ...{ step: null, place: null, playing: 0 } } : view,
    }));
  }

  return {
    async begin(run, model) {
      const node: RunNode = { ...run, id: next++, status: 'running', result: null, tokenizer: model.pairsWith.id };
      const { tree, view } = store.getState();
      set({
        tree: addNode(tree, node, store.getState().shown),
        view: { ...view, step: null, playing: 0, place: null, sample: Math.min(view.sample, run.options.batch - 1) },
      });
      await carryOut(node, model, null);
    },
    async resume() {
      const node = selectNode(store.getState());
      const model = store.getState().models.find(({ id }) => id === node?.options.model);
      if (!node || !model || job?.run === node.id) return;
      set(({ view }) => ({ view: { ...view, step: null, playing: 0 } }));
      const trace = store.getState().traces.get(node.id) ?? [];
      const exact = node.status === 'paused' && goesOnExactly(node.options, trace, model);
      await carryOut(node, model, exact ? (trace.at(-1) ?? null) : null);
    },
    pause() {
      job?.controller.abort();
    },
    cancel() {
      if (!job) return;
      job.end = 'drop';
      job.controller.abort();
    },
    async exclusive(message, work) {
      let done = () => {};
      const over = new Promise<void>((resolve) => (done = resolve));
      const mine: Job = (job = { controller: new AbortController(), run: null, end: 'pause', over });
      set({ phase: 'running', progress: { stage: 'sample', fraction: null, message }, failure: null });
      try {
        await work(mine.controller.signal);
      } finally {
        if (job === mine) {
          job = null;
          set({ phase: 'idle', progress: null });
        }
        done();
      }
    },
    show(run) {
      const { tree, traces, view } = store.getState();
      const node = findNode(tree, run);
      if (!node) return;
      const trace = traces.get(run);
      if (trace) keepTrace(run, trace);
      set({
        shown: run,
        view: { ...view, step: null, playing: 0, place: null, sample: Math.min(view.sample, node.options.batch - 1) },
      });
    },
    remove(run) {
      if (job?.run === run) {
        job.end = 'drop';
        job.controller.abort();
      }
      forget(run);
    },
    free: async () => {
      while (job) await job.over;
    },
    busy: () => job !== null,
  };
}

/** The options of what is left of a run from a kept state on. */
function goOn(options: SampleOptions, frame: SampleFrame): SampleOptions {
  return {
    ...options,
    sampler: withSteps(options.sampler, frame.steps - frame.step),
    start: { codes: frame.codes, time: frame.time, number: frame.number + 1 },
  };
}
