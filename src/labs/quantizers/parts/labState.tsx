import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LabContext } from '../../contract';
import type { QuantizersSession } from '../session';
import type { QuantizersState, QuantizersStore } from '../store';

/** What the parts of the lab share. */
export interface LabServices {
  readonly context: LabContext;
  readonly store: QuantizersStore;
  readonly session: QuantizersSession;
}

export const LabServicesContext = createContext<LabServices | null>(null);

export function useLab(): LabServices {
  const services = useContext(LabServicesContext);
  if (!services) throw new Error('useLab outside of the quantizers lab');
  return services;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T,>(select: (state: QuantizersState) => T): T => useStore(useLab().store, select);
