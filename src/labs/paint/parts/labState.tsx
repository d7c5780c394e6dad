import { useComputedColorScheme } from '@mantine/core';
import { createContext, useCallback, useContext } from 'react';
import { useStore } from 'zustand';
import type { TokenizerSummary } from '../../../engine/types';
import { indexColour, meanColour } from '../../../ui/colour';
import type { PictureLike } from '../../../ui/types';
import { paintedColours } from '../../codeFacts';
import type { LabContext } from '../../contract';
import type { PaintSession } from '../session';
import { selectModel, type Opened, type PaintState, type PaintStore } from '../store';

/** What the parts of the lab share. */
export interface LabServices {
  readonly context: LabContext;
  readonly store: PaintStore;
  readonly session: PaintSession;
}

export const LabServicesContext = createContext<LabServices | null>(null);

export function useLab(): LabServices {
  const services = useContext(LabServicesContext);
  if (!services) throw new Error('useLab outside of the paint lab');
  return services;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T,>(select: (state: PaintState) => T): T => useStore(useLab().store, select);

const colours = new WeakMap<PictureLike, string>();

/** Mean colour of a patch, worked out once. */
function colourOfPatch(patch: PictureLike): string {
  const known = colours.get(patch);
  if (known) return known;
  const colour = meanColour(patch);
  colours.set(patch, colour);
  return colour;
}

const painted = new WeakMap<Opened, Map<number, ReadonlyMap<number, string>>>();

/**
 * What a code paints in the picture as it was encoded: stands in for a patch that is not known. A residual level after the first paints
 * differences, which have no colour of their own.
 */
function paintedBy(index: number, level: number, opened: Opened | null, model: TokenizerSummary | null) {
  const grid = opened?.base[level];
  const factor = model?.grids[level]?.factor;
  if (!opened || !grid || !factor || (model.quantizer === 'rvq' && level > 0)) return undefined;
  const levels = painted.get(opened) ?? new Map<number, ReadonlyMap<number, string>>();
  painted.set(opened, levels);
  const known = levels.get(level) ?? paintedColours(grid, opened.baseImage, factor);
  levels.set(level, known);
  return known.get(index);
}

/** How the codes of one grid look: their patches where they are known, else a colour. */
export function useCodeLook(level: number) {
  const { session } = useLab();
  const model = useLabState(selectModel);
  const opened = useLabState((state) => state.opened);
  const version = useLabState((state) => state.patchesVersion);
  const scheme = useComputedColorScheme('light');
  const modelId = model?.id ?? '';
  const patchOf = useCallback(
    (index: number) => session.patches.patchOf(modelId, level, index),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the book is the same object; its version says that it holds more
    [session, modelId, level, version],
  );
  const colourOf = useCallback(
    (index: number) => {
      const patch = patchOf(index);
      return patch ? colourOfPatch(patch) : (paintedBy(index, level, opened, model) ?? indexColour(index));
    },
    [patchOf, level, opened, model],
  );
  return { patchOf, colourOf, drawKey: `${modelId} ${level} ${version} ${scheme}` };
}
