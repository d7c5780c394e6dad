import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LabContext } from '../../contract';
import type { CodebookSession } from '../session';
import type { CodebookState, CodebookStore } from '../store';

/** What the parts of the lab share. */
export interface LabServices {
  readonly context: LabContext;
  readonly store: CodebookStore;
  readonly session: CodebookSession;
}

export const LabServicesContext = createContext<LabServices | null>(null);

export function useLab(): LabServices {
  const services = useContext(LabServicesContext);
  if (!services) throw new Error('useLab outside of the codebook lab');
  return services;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T,>(select: (state: CodebookState) => T): T => useStore(useLab().store, select);
