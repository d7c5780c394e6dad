/** Fillings: one at a time in the engine. What a stopped one had made is let go; what was there before stays. */
import type { InpaintResult, InpaintStart, Picture, Progress, SampleFrame } from '../../engine/types';
import type { Mask, Prepared } from '../../image/hole/types';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { bare, flatten } from '../frames';
import { addGeneration, clipped, nextSeed, orderOf, patched, type AnswerRef, type Generation } from './answers';
import { inpaintOptions } from './ask';
import { countPlaces, layoutFor, placesUnder, texturePlaces } from './places';
import { leavesOut, regionFor, whyTooLarge } from './region';
import type { Ready, Shared } from './services';
import type { InpaintSpec } from './spec';
import { keepStates, MOST_TRACES, newest, selectGeneration, selectMode, selectTokenizer, stateKey } from './store';

/** A filling before it was made. */
type Plan = Omit<Generation, 'id' | 'result' | 'order' | 'thumbs' | 'free'> & {
  /** Null: the places that the result says. */
  readonly free: Generation['free'] | null;
};

export interface Runs {
  /** Fills the hole from noise. Never rejects. */
  fill(): Promise<void>;
  /** Other answers near the one on the screen. */
  more(): Promise<void>;
  /** The painted spot of the answer on the screen, again from noise. */
  refill(): Promise<void>;
  /** The answer on the screen with its structure (the codes of the top) and other textures: of a prior with two grids. */
  texture(): Promise<void>;
  cancel(): void;
}

/** @param onEnd called when a filling is there to be shown */
export function createRuns(shared: Shared, onEnd: () => void): Runs {
  const { store, engine, hole, masks, say } = shared;
  const set = store.setState;
  let job: AbortController | null = null;
  let next = 1;

  /** The hole of the present picture, and where the model works; says why nothing can be done. */
  function holeNow(spec: InpaintSpec) {
    const { picture, bounds } = store.getState();
    const mask = masks.get('hole');
    if (!picture || !mask || !spec.mask || !bounds) {
      say('warn', picture ? 'There is nothing to fill yet: paint over what should go.' : 'There is no picture yet.');
      return null;
    }
    return { picture, bounds, mask, ref: spec.mask };
  }

  const isFull = ({ width, height, data }: Mask, bounds: { width: number; height: number }) =>
    bounds.width === width && bounds.height === height && data.every((value) => value > 0);

  async function planFill(spec: InpaintSpec, signal: AbortSignal): Promise<Plan | null> {
    const now = holeNow(spec);
    if (!now) return null;
    const { picture, bounds, mask, ref } = now;
    const own = { width: mask.width, height: mask.height, data: mask.data.slice() };
    const ready = await shared.ready(signal);
    const { model, tokenizer, vocabulary } = ready;
    const mode = selectMode(store.getState());
    const region = regionFor(spec, mode, picture.image, bounds, tokenizer);
    if (!region) return null;
    const problem = mode === 'whole' ? whyTooLarge(region, spec.count, tokenizer) : null;
    if (problem) throw new Error(problem);
    const prepared = await prepare(own, region, mode, ready, signal);
    if (!prepared.hole.includes(255) || leavesOut(region, bounds)) {
      if (!touches(region, bounds)) {
        say('warn', 'The hole lies outside of the square: drag the square onto it, or let it follow the hole.');
        return null;
      }
      say('info', 'Part of the hole lies outside of the square, and stays as it is.');
    }
    if (isFull(own, bounds)) say('info', 'Nothing of the picture is known any more: this is inventing, not repairing.');
    return {
      ...{ kind: 'fill', parent: null, picture: picture.key, mask: ref, rect: prepared.rect, free: null },
      options: inpaintOptions(spec, model, vocabulary, prepared),
      layout: layoutFor(model, tokenizer, prepared.picture),
    };
  }

  function prepare(mask: Mask, region: Prepared['rect'], mode: InpaintSpec['mode'], ready: Ready, signal: AbortSignal) {
    const { resolution, grids } = ready.tokenizer;
    const unit = Math.max(...grids.map(({ factor }) => factor));
    return hole.prepare(mask, region, mode === 'square' ? resolution : null, unit, { signal });
  }

  /** A filling that begins from the answer on the screen. @param startOf null: nothing can be done, and was said */
  async function planFrom(
    kind: 'more' | 'refill' | 'texture',
    spec: InpaintSpec,
    signal: AbortSignal,
    startOf: (parent: Generation, codes: Int32Array<ArrayBuffer>) => Promise<InpaintStart | null>,
  ): Promise<Plan | null> {
    const { shown, generations } = store.getState();
    const parent = selectGeneration(store.getState());
    const codes = parent?.result.codes[shown?.answer ?? -1];
    if (!parent || !shown || !codes) {
      say('warn', 'Choose an answer first.');
      return null;
    }
    const from = await startOf(parent, flatten(codes));
    if (!from) return null;
    const { model, vocabulary } = await shared.ready(signal);
    // Another prior may go on only where it speaks the same codes.
    const tokenizer = selectTokenizer(store.getState());
    const fits = tokenizer?.id === parent.result.tokenizer;
    const seed = nextSeed(generations, parent.picture, spec.seed);
    const asked = inpaintOptions(spec, model, vocabulary, parent.options, { from, seed });
    const { picture, mask, rect, layout, free } = parent;
    return {
      ...{ kind, parent: shown, picture, mask, rect, layout, free },
      options: fits ? { ...asked, grow: parent.options.grow } : { ...parent.options, seed, count: spec.count, from },
    };
  }

  /** The painted spot as places of the answer. */
  async function spotOf({ rect, options, layout, free }: Generation, signal: AbortSignal) {
    const spot = masks.get('spot');
    const { picture } = options;
    if (!spot || !store.getState().spotBounds) {
      say('warn', 'Paint over the spot of the answer that is to be filled again, then press Refill.');
      return null;
    }
    const square = rect.width === picture.width && rect.height === picture.height ? null : picture.width;
    const factor = Math.max(1, Math.round(picture.width / Math.max(...layout.map(({ width }) => width))));
    const painted = await hole.prepare(spot, rect, square, factor, { signal });
    const places = placesUnder(painted.hole, painted.picture, layout).map((one, i) => (one && free[i] ? 1 : 0));
    if (countPlaces(places) > 0) return places;
    say('warn', 'This spot lies beside the hole, where the picture is known: paint inside of the hole.');
    return null;
  }

  function onFrame(plan: Plan, frame: SampleFrame): void {
    const { picture, hole: where } = plan.options;
    const { pictures } = frame;
    set(({ live }) => ({
      ...{ phase: 'running', progress: null },
      live: {
        ...{ rect: plan.rect, step: frame.step, steps: frame.steps },
        thumbs: pictures?.map((one) => patched(picture, one, where)) ?? live?.thumbs ?? [],
        first: pictures?.[0] ? clipped(pictures[0], where) : (live?.first ?? null),
      },
    }));
  }

  function take(plan: Plan, result: InpaintResult): void {
    const id = next++;
    const { trace, ...rest } = result;
    const order = orderOf(result.scores);
    const shown: AnswerRef = { generation: id, answer: order[0] ?? 0 };
    const { picture, hole: where } = plan.options;
    const thumbs = result.images.map((image) => patched(picture, image, where));
    const generation: Generation = { ...plan, id, order, thumbs, free: plan.free ?? result.free, result: rest };
    const drawn = new Map<string, Picture>();
    for (const frame of trace)
      frame.pictures?.forEach((one, answer) => drawn.set(stateKey(id, frame.step, answer), one));
    set(({ generations, traces, states, view, shown: before }) => ({
      generations: addGeneration(generations, generation, before?.generation ?? null),
      traces: newest(new Map(traces).set(id, trace.map(bare)), MOST_TRACES),
      states: keepStates(states, drawn),
      ...{ shown, live: null, phase: 'idle', progress: null },
      view: { ...view, step: null, playing: 0 },
    }));
    const unknown = result.unknownWords.map(({ word, replacedBy }) =>
      replacedBy ? `"${word}" ("${replacedBy}" stood in)` : `"${word}" (left out)`,
    );
    if (unknown.length) say('info', `Not in the vocabulary: ${unknown.join(', ')}.`);
    onEnd();
  }

  /** Carries a filling out in place of the one in flight; the last one asked for wins. */
  async function carryOut(make: (signal: AbortSignal) => Promise<Plan | null>): Promise<void> {
    job?.abort();
    const mine = (job = new AbortController());
    const signal = AbortSignal.any([mine.signal, shared.life()]);
    set(({ view }) => ({
      ...{ phase: 'loading', failure: null, notice: null, progress: null, live: null },
      view: { ...view, comparing: false, playing: 0 },
    }));
    try {
      const plan = await unlessAborted(signal, make(signal));
      if (job !== mine) return;
      if (!plan) return set({ phase: 'idle', progress: null });
      const onProgress = (progress: Progress) => !signal.aborted && set({ progress });
      const tell = (frame: SampleFrame) => !signal.aborted && onFrame(plan, frame);
      const result = await unlessAborted(signal, engine.inpaint(plan.options, tell, { signal, onProgress }));
      if (job === mine) take(plan, result);
    } catch (error) {
      if (job !== mine) return;
      const failure = isAbort(error) ? null : messageOf(error);
      set({ phase: failure === null ? 'idle' : 'failed', progress: null, live: null, failure });
    } finally {
      if (job === mine) job = null;
    }
  }

  return {
    fill: () => {
      const { spec } = store.getState();
      return holeNow(spec) ? carryOut((signal) => planFill(spec, signal)) : Promise.resolve();
    },
    more: () =>
      carryOut((signal) => {
        const { spec } = store.getState();
        return planFrom('more', spec, signal, (_, codes) => Promise.resolve({ codes, renoise: spec.renoise }));
      }),
    refill: () =>
      carryOut((signal) => {
        const { spec } = store.getState();
        return planFrom('refill', spec, signal, async (parent, codes) => {
          const places = await spotOf(parent, signal);
          return places && { codes, renoise: 1, places };
        });
      }),
    texture: () =>
      carryOut((signal) => {
        const { spec } = store.getState();
        return planFrom('texture', spec, signal, ({ layout, free }, codes) => {
          const places = texturePlaces(layout, free);
          if (!places) say('warn', 'This answer has one grid of codes: structure and texture are not apart.');
          return Promise.resolve(places && { codes, renoise: 1, places });
        });
      }),
    cancel: () => job?.abort(),
  };
}

const touches = (a: Prepared['rect'], b: Prepared['rect']): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
