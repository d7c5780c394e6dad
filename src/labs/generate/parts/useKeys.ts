import { useEffect } from 'react';
import type { GenerateSession } from '../session';
import { selectAt, selectBusy, selectTrace, type GenerateStore } from '../store';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.matches('textarea, select, input:not([type=radio], [type=checkbox], [type=file])');
/** Controls with keys of their own. */
const hasKeys = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.closest('button, a, label, [role=slider], [role=grid], [role=listbox], [role=dialog]') !== null;

/** Closes the suggestions over what comes now, and gives Space and the arrows to the steps. */
export function leaveField(): void {
  if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
}

/**
 * Ctrl+Enter generates from anywhere, Escape cancels, Ctrl+Z undoes; where the focus is on nothing in particular, Space plays the steps
 * and the arrows move through them. Only while the page is looked at.
 */
export function useKeys(store: GenerateStore, session: GenerateSession, active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const move = (by: number) =>
      store.setState((state) => {
        const trace = selectTrace(state);
        const at = Math.min(trace.length - 1, Math.max(0, selectAt(state) + by));
        return { view: { ...state.view, step: trace[at]?.step ?? null, playing: 0 } };
      });
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const key = event.key.toLowerCase();
      const take = (act: () => void) => {
        event.preventDefault();
        act();
      };
      if (event.ctrlKey || event.metaKey) {
        if (key === 'enter')
          return take(() => {
            leaveField();
            void session.generate();
          });
        if (isTyping(event.target)) return;
        if (key === 'y' || (key === 'z' && event.shiftKey)) return take(() => session.redo());
        if (key === 'z') take(() => session.undo());
        return;
      }
      if (key === 'escape' && selectBusy(store.getState())) return take(() => session.cancel());
      if (isTyping(event.target) || hasKeys(event.target) || selectTrace(store.getState()).length < 2) return;
      if (key === 'arrowleft') take(() => move(-1));
      if (key === 'arrowright') take(() => move(1));
      if (key === ' ')
        take(() => store.setState(({ view }) => ({ view: { ...view, playing: view.playing === 0 ? 1 : 0 } })));
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [store, session, active]);
}
