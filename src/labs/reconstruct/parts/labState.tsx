import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LabContext } from '../../contract';
import type { ReconstructSession } from '../session';
import type { ReconstructState, ReconstructStore, ReconstructView } from '../store';

/** What the parts of the lab share. */
export interface LabServices {
  readonly context: LabContext;
  readonly store: ReconstructStore;
  readonly session: ReconstructSession;
  /** Files from any door: one picture is opened, several go to the table. */
  readonly takeFiles: (files: readonly File[]) => void;
}

export const LabServicesContext = createContext<LabServices | null>(null);

export function useLab(): LabServices {
  const services = useContext(LabServicesContext);
  if (!services) throw new Error('useLab outside of the reconstruct lab');
  return services;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T,>(select: (state: ReconstructState) => T): T => useStore(useLab().store, select);

/** Changes what the visitor looks at. */
export function useSetView(): (patch: Partial<ReconstructView>) => void {
  const { store } = useLab();
  return (patch) => store.setState((state) => ({ view: { ...state.view, ...patch } }));
}
