import { createContext, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import type { LabContext } from '../../contract';
import type { InpaintSession } from '../session';
import { selectGeneration, type InpaintState, type InpaintStore } from '../store';

/** What the parts of the lab share. */
export interface LabServices {
  readonly context: LabContext;
  readonly store: InpaintStore;
  readonly session: InpaintSession;
}

export const LabServicesContext = createContext<LabServices | null>(null);

export function useLab(): LabServices {
  const services = useContext(LabServicesContext);
  if (!services) throw new Error('useLab outside of the inpaint lab');
  return services;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T,>(select: (state: InpaintState) => T): T => useStore(useLab().store, select);

/** The generation on the screen, the answer of it, and its rank: 1 is the likeliest. Null where no answer is shown. */
export function useShown() {
  const generation = useLabState(selectGeneration);
  const answer = useLabState((state) => state.shown?.answer ?? 0);
  return useMemo(
    () => generation && { generation, answer, rank: generation.order.indexOf(answer) + 1 },
    [generation, answer],
  );
}
