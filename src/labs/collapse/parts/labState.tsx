import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { LabParts } from '../create';
import type { CollapseState } from '../store';

export type SideName = 'left' | 'right';
export const SIDES: readonly SideName[] = ['left', 'right'];

export const LabPartsContext = createContext<LabParts | null>(null);

export function useLab(): LabParts {
  const parts = useContext(LabPartsContext);
  if (!parts) throw new Error('useLab outside of the collapse theatre');
  return parts;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T,>(select: (state: CollapseState) => T): T => useStore(useLab().store, select);
