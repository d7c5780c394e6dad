/** Codes put at a place of a picture: the picture around it, and what they change there. */
import type { Picture } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import type { CodebookServices } from './services';
import {
  selectGrid,
  selectKey,
  selectLevel,
  selectModel,
  selectPlace,
  type CodebookStore,
  type InContext,
} from './store';

export interface ContextWork {
  /** Decodes the picture with each of these codes at the place of the spec. A later call ends an earlier one. */
  show(codes: readonly number[]): Promise<void>;
  stop(): void;
}

/** Codes on each side of the place that are shown with it. */
const REACH = 2;
/** Codes in one call: small enough that progress moves. */
const BATCH = 16;
/** Differences are drawn this much stronger than they are. */
export const GAIN = 3;

/** @param life fires at the end of the session */
export function createContextWork(
  store: CodebookStore,
  { engine, notify }: CodebookServices,
  life: () => AbortSignal,
): ContextWork {
  let job: AbortController | null = null;
  return {
    async show(codes) {
      const state = store.getState();
      const [model, grid, place] = [selectModel(state), selectGrid(state), selectPlace(state)];
      const { picture } = state;
      if (!model || !grid || !picture || place === null || codes.length === 0) return;
      const level = selectLevel(state);
      const key = `${selectKey(state)} ${picture.name} ${place} ${codes.join()}`;
      if (state.inContext?.key === key && (state.inContext.running || state.inContext.done.length === codes.length))
        return;
      job?.abort();
      const mine = (job = new AbortController());
      const signal = AbortSignal.any([mine.signal, life()]);
      let done: readonly InContext[] = [];
      const put = (running: boolean) =>
        job === mine && store.setState({ inContext: { key, done, total: codes.length, running } });
      put(true);
      try {
        const context = { codes: picture.codes, place, around: REACH };
        const [plain] = await engine.decodePatches(model.id, level, [grid.indices[place]!], { signal, context });
        for (let at = 0; at < codes.length; at += BATCH) {
          const chunk = codes.slice(at, at + BATCH);
          const shown = await engine.decodePatches(model.id, level, chunk, { signal, context });
          signal.throwIfAborted();
          done = [...done, ...chunk.map((code, i) => ({ code, picture: shown[i]!, ...effectOf(plain!, shown[i]!) }))];
          put(true);
        }
        put(false);
      } catch (error) {
        put(false);
        if (!isAbort(error))
          notify({ id: 'context', kind: 'warning', title: 'Not all codes were tried', message: messageOf(error) });
      }
    },
    stop: () => job?.abort(),
  };
}

/** The difference around mid-grey, `GAIN` times as strong, and its mean size. */
export function effectOf(before: Picture, after: Picture): { effect: Picture; change: number } {
  const data = new Uint8ClampedArray(before.data.length);
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const difference = after.data[i]! - before.data[i]!;
    if (i % 4 === 3) data[i] = 255;
    else {
      data[i] = 128 + GAIN * difference;
      sum += Math.abs(difference);
    }
  }
  return { effect: { width: before.width, height: before.height, data }, change: sum / (data.length * 0.75) };
}
