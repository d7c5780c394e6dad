/** One code of a lattice moved by hand: what it paints alone and in the picture follows. */
import { fsqDigits, fsqIndex } from '../../codebook/fsq';
import type { EngineClient } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import type { SideName } from './choose';
import { cellAt, modelOf, type Place, type Probe, type QuantizersStore } from './store';

export interface Probing {
  /** Takes the code at a place of a side's picture. Nothing happens where the side has no lattice. */
  probeAt(side: SideName, place: Place): Promise<void>;
  /** Moves it along one dimension. */
  moveDigit(dim: number, digit: number): Promise<void>;
  probeEnd(): void;
}

/** Steps of each dimension of a model's lattice; null where it has none. */
export function latticeOf(model: { config: { quantizer: { kind: string; levels?: readonly number[] } } } | null) {
  const quantizer = model?.config.quantizer;
  return quantizer?.kind === 'fsq' ? (quantizer.levels ?? null) : null;
}

export function createProbing(
  store: QuantizersStore,
  engine: Pick<EngineClient, 'decode' | 'decodePatches'>,
  life: () => AbortSignal,
  say: (message: string) => void,
): Probing {
  const set = store.setState;
  let busy = false;
  let running = Promise.resolve();

  /** One decode in flight, then the newest code. Between the last look at it and `busy = false` nothing waits. */
  async function loop(): Promise<void> {
    try {
      for (;;) {
        const { probe } = store.getState();
        if (!probe || probe.decodedCode === probe.code) return;
        const { run, cell, code } = probe;
        const [patch] = await engine.decodePatches(run.modelId, 0, [code], { signal: life() });
        const codes = run.codes.map((grid) => {
          const indices = grid.indices.slice();
          indices[cell.y * grid.width + cell.x] = code;
          return { ...grid, indices };
        });
        const picture = await engine.decode(run.modelId, codes, { signal: life() });
        const now = store.getState().probe;
        // What was decoded is shown even where the code has moved on; then it is decoded again.
        if (now?.run === run && now.cell === cell)
          set({ probe: { ...now, patch: patch ?? null, picture, decodedCode: code } });
      }
    } catch (error) {
      if (!isAbort(error)) say(`This code could not be decoded. ${messageOf(error)}`);
    } finally {
      busy = false;
    }
  }

  function follow(): Promise<void> {
    if (!busy) {
      busy = true;
      running = loop();
    }
    return running;
  }

  return {
    probeAt(side, place) {
      const state = store.getState();
      const { run } = state[side];
      const grid = run?.codes[0];
      if (!run || !grid || !latticeOf(modelOf(state, side))) return Promise.resolve();
      const cell = cellAt(place, grid);
      const code = grid.indices[cell.y * grid.width + cell.x] ?? 0;
      set({ probe: { side, run, cell, code, decodedCode: null, patch: null, picture: run.image } satisfies Probe });
      return follow();
    },
    moveDigit(dim, digit) {
      const { probe } = store.getState();
      const levels = probe && latticeOf(modelOf(store.getState(), probe.side));
      if (!probe || !levels) return Promise.resolve();
      const digits = fsqDigits(probe.code, levels);
      digits[dim] = digit;
      const code = fsqIndex(digits, levels);
      if (code === probe.code) return Promise.resolve();
      set({ probe: { ...probe, code } });
      return follow();
    },
    probeEnd: () => set({ probe: null }),
  };
}
