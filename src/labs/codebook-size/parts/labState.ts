import { createContext, useContext, useEffect } from 'react';
import { useStore } from 'zustand';
import type { LabContext } from '../../contract';
import type { CodebookSizeSession } from '../session';
import type { CodebookSizeState, CodebookSizeStore } from '../store';

/** What the parts of the lab share. */
export interface LabServices {
  readonly context: LabContext;
  readonly store: CodebookSizeStore;
  readonly session: CodebookSizeSession;
}

export const LabServicesContext = createContext<LabServices | null>(null);

export function useLab(): LabServices {
  const services = useContext(LabServicesContext);
  if (!services) throw new Error('useLab outside of the codebook-size lab');
  return services;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T>(select: (state: CodebookSizeState) => T): T => useStore(useLab().store, select);

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('textarea, input:not([type=radio], [type=checkbox], [type=file])');

/** Ctrl+Z (or Command) undoes, with Shift or as Ctrl+Y redoes; Escape stops. Text fields keep their own. */
export function useKeys(session: CodebookSizeSession): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      if (key === 'escape') return session.cancel();
      if (!(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return;
      event.preventDefault();
      void (key === 'y' || event.shiftKey ? session.redo() : session.undo());
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [session]);
}
