import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Desk, DeskState } from './desk';

interface DeskPlace {
  readonly desk: Desk;
  /** Folder of the samples' pictures. */
  readonly samplesUrl: string;
  /** Reads a file of a model's folder; null where there is none. */
  readonly modelFile: (modelId: string, name: string) => Promise<Blob | null>;
}

export const DeskContext = createContext<DeskPlace | null>(null);

/** The desk of the page that a card lies on. */
export function useDesk(): DeskPlace {
  const place = useContext(DeskContext);
  if (!place) throw new Error('useDesk needs the Models page around it.');
  return place;
}

/** A part of the desk's state. */
export const useDeskState = <T>(select: (state: DeskState) => T): T => useStore(useDesk().desk.store, select);
