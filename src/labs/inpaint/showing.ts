/** What lies over the picture: the answer as it was composed into it, a state on the way there, or for comparison the tokenizer alone. */
import { lengthOf, meanCode, withStandIn } from '../../diffusion/layout';
import type { Picture } from '../../engine/types';
import { emptyMask } from '../../image/hole/mask';
import { cutImage, intersectRects, wholeOf } from '../../image/hole/rect';
import type { StraightImage } from '../../image/hole/types';
import { isAbort, messageOf } from '../abort';
import { gridsOf, sampleOf } from '../frames';
import { clipped, type Generation } from './answers';
import type { Shared } from './services';
import {
  keepStates,
  newest,
  selectAt,
  selectBusy,
  selectFrame,
  selectGeneration,
  selectTrace,
  stateKey,
  type Patch,
} from './store';

export interface Showing {
  /** Brings `patch` up to what is asked for: the answer shown, the blend, the step. */
  show(): Promise<void>;
  /** The answer on the screen in its picture, at full size; null where none is shown. Waits for it. */
  image(): Promise<StraightImage | null>;
  /** What the tokenizer makes of the region with its own pixels, for the generation on the screen. */
  wantAlone(): Promise<void>;
  clear(): void;
}

/** Another picture or answer, or nothing to show, makes older work worthless. */
export function createShowing(shared: Shared): Showing {
  const { store, engine, hole, masks, say } = shared;
  const set = store.setState;
  /** What was composed last, by what it depends on. */
  let made: { key: string; image: Promise<StraightImage> } | null = null;
  /** What `patch` is the end of, once it is composed. */
  let settled: string | null = null;
  let asked = 0;
  const means = new Map<string, Promise<readonly number[]>>();

  const keyNow = () => {
    const { shown, spec, picture } = store.getState();
    return shown && picture ? `${picture.key}/${shown.generation}/${shown.answer}/${spec.blend}` : null;
  };

  /** The answer on the screen composed into the picture; made once. */
  function composed(): Promise<StraightImage> | null {
    const { shown, spec, picture } = store.getState();
    const [generation, key] = [selectGeneration(store.getState()), keyNow()];
    const answer = generation?.result.images[shown?.answer ?? -1];
    if (!generation || !answer || !picture || key === null) return null;
    if (made?.key === key) return made.image;
    const mask = masks.read(generation.mask, picture.image);
    if (!mask) return Promise.reject(new Error('The hole of this answer is no longer in memory: fill it again.'));
    const image = hole.compose(mask, generation.rect, answer, spec.blend, { signal: shared.life() });
    made = { key, image };
    image.catch(() => made?.image === image && (made = null));
    return image;
  }

  /** A state of the trace as a picture, decoded where it was not drawn. */
  async function stateOf(generation: Generation): Promise<Picture | null> {
    const state = store.getState();
    const [frame, answer] = [selectFrame(state), state.shown?.answer ?? 0];
    if (!frame) return null;
    const key = stateKey(generation.id, frame.step, answer);
    const known = state.states.get(key);
    if (known) return known;
    const { layout, result } = generation;
    const N = lengthOf(layout);
    const opinion = { best: sampleOf(frame.best, answer, N), confidence: sampleOf(frame.confidence, answer, N) };
    const codes = withStandIn(
      sampleOf(frame.codes, answer, N),
      opinion,
      'x0',
      await meanCodes(result.tokenizer, generation),
      layout,
    );
    const picture = await engine.decode(result.tokenizer, gridsOf(codes, layout), { signal: shared.life() });
    set(({ states }) => ({ states: keepStates(states, new Map([[key, picture]])) }));
    return picture;
  }

  function meanCodes(tokenizer: string, { layout }: Generation): Promise<readonly number[]> {
    const known = means.get(tokenizer);
    if (known) return known;
    const wanted = Promise.all(
      layout.map(async ({ codebookSize }, level) => meanCode(await engine.codebook(tokenizer, level), codebookSize)),
    );
    means.set(tokenizer, wanted);
    wanted.catch(() => means.delete(tokenizer));
    return wanted;
  }

  const raw = ({ options, rect }: Generation, picture: Picture): Patch => ({
    picture: clipped(picture, options.hole),
    rect,
  });

  return {
    async show() {
      const mine = ++asked;
      const current = () => mine === asked && !shared.life().aborted;
      const state = store.getState();
      const generation = selectGeneration(state);
      const answer = generation?.result.images[state.shown?.answer ?? -1];
      if (!generation || !answer) return set({ patch: null, composed: false });
      try {
        if (state.view.step !== null && selectAt(state) < selectTrace(state).length - 1) {
          if (selectBusy(state)) return;
          const picture = await stateOf(generation);
          if (current() && picture) set({ patch: raw(generation, picture), composed: false });
          return;
        }
        const key = keyNow();
        if (state.composed && settled === key) return;
        const waiting = composed();
        // Until it is composed, the answer as it came.
        set({ patch: raw(generation, answer), composed: false });
        const image = await waiting;
        const { picture } = store.getState();
        const rect = picture && intersectRects(generation.rect, wholeOf(picture.image));
        if (!current() || !image || !rect) return;
        settled = key;
        set({ patch: { picture: cutImage(image, rect), rect }, composed: true });
      } catch (error) {
        if (current() && !isAbort(error)) say('bad', `The answer could not be shown. ${messageOf(error)}`);
      }
    },
    image: async () => (await composed()) ?? null,
    async wantAlone() {
      const generation = selectGeneration(store.getState());
      const { picture, alone } = store.getState();
      if (!generation || !picture || alone.has(generation.id) || picture.key !== generation.picture) return;
      const { width, height } = picture.image;
      const size = generation.options.picture;
      const square = generation.rect.width === size.width && generation.rect.height === size.height ? null : size.width;
      try {
        // Without a hole nothing is hidden from it.
        const own = await hole.prepare(emptyMask(width, height), generation.rect, square, 1, { signal: shared.life() });
        const { image } = await engine.reconstruct(
          generation.result.tokenizer,
          own.picture,
          { mode: 'tile' },
          { signal: shared.life() },
        );
        set((state) => ({ alone: newest(new Map(state.alone).set(generation.id, image), 6) }));
      } catch (error) {
        if (!isAbort(error)) console.warn('tessera: side work failed:', messageOf(error));
      }
    },
    clear() {
      asked++;
      made = null;
    },
  };
}
