/** The picture follows the codes: one decode in flight, then the newest codes. */
import { isAbort, messageOf } from '../abort';
import type { Shared } from './services';
import { selectStale } from './store';

export interface Showing {
  /** Brings the picture up to the codes. Resolves when it is. */
  show(): Promise<void>;
}

export function createShowing({ store, engine, measure, life, say }: Shared): Showing {
  const set = store.setState;
  let busy = false;
  let running = Promise.resolve();

  /** How far the picture is from the one that was encoded. */
  async function score(): Promise<void> {
    const { picture, opened } = store.getState();
    if (!picture || !opened) return;
    const { psnr } = await measure.measure(opened.baseImage, picture);
    if (store.getState().picture === picture) set({ psnr });
  }
  const quietly = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      if (!isAbort(error)) console.warn('tessera: side work failed:', messageOf(error));
    });

  /** Between the last look at the codes and `busy = false` nothing waits: codes that come then are not missed. */
  async function loop(): Promise<void> {
    try {
      for (;;) {
        const state = store.getState();
        const { grids, opened } = state;
        if (!opened || !selectStale(state)) return;
        if (grids === opened.base) set({ picture: opened.baseImage, pictureOf: grids });
        else {
          const started = performance.now();
          const picture = await engine.decode(opened.modelId, grids, { signal: life() });
          // What was decoded is shown even where newer codes wait: a long stroke is seen on its way. Another painting is not.
          if (store.getState().opened === opened)
            set({ picture, pictureOf: grids, decodeMs: performance.now() - started });
        }
        void quietly(score());
      }
    } catch (error) {
      if (!isAbort(error)) say('bad', `These codes could not be decoded. ${messageOf(error)}`);
    } finally {
      busy = false;
    }
  }

  return {
    show() {
      if (!busy) {
        busy = true;
        running = loop();
      }
      return running;
    },
  };
}
