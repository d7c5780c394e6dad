import { useEffect } from 'react';

/** Ctrl+Z (or Command) undoes, with Shift or as Ctrl+Y redoes; text fields keep their own. */
export function useUndoKeys(actions: { undo(): Promise<void>; redo(): Promise<void> }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      if (event.target instanceof HTMLElement && event.target.matches('textarea, input:not([type=radio], [type=file])'))
        return;
      event.preventDefault();
      void (key === 'y' || event.shiftKey ? actions.redo() : actions.undo());
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [actions]);
}
