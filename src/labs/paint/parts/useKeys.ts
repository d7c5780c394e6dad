import { useEffect } from 'react';
import { regionFromText, regionToText } from '../../../codebook/paint/region';
import type { PaintSession } from '../session';
import type { PaintStore, Tool } from '../store';
import { MOST_SIZE } from './ToolBar';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.matches('textarea, select, input:not([type=radio], [type=checkbox], [type=file], [type=range])');

const TOOLS: Readonly<Record<string, Tool>> = { b: 'brush', i: 'pick', g: 'fill', m: 'select', s: 'stamp' };

/**
 * B, I, G, M, S are tools, [ and ] the brush's size, N and Shift+N go along the ladder of nearest codes; Ctrl+A selects all, Delete fills the
 * selection, Escape lets go of it; Ctrl+C, Ctrl+V and Ctrl+Z as everywhere.
 */
export function useKeys(store: PaintStore, session: PaintSession): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
      const { view, ladder } = store.getState();
      const key = event.key.toLowerCase();
      const take = (act: () => unknown) => {
        event.preventDefault();
        act();
      };
      if (event.ctrlKey || event.metaKey) {
        if (key === 'y' || (key === 'z' && event.shiftKey)) return take(() => session.redo());
        if (key === 'z') return take(() => session.undo());
        if (key === 'a') take(() => session.selectAll());
        return;
      }
      if (key === 'escape' && view.selection) return take(() => session.deselect());
      if ((key === 'delete' || key === 'backspace') && view.selection) return take(() => session.fillSelection());
      if (key === '[') return take(() => session.look({ size: Math.max(1, view.size - 1) }));
      if (key === ']') return take(() => session.look({ size: Math.min(MOST_SIZE, view.size + 1) }));
      if (key === 'n') return take(() => session.setLadder(Math.max(0, ladder + (event.shiftKey ? -1 : 1))));
      const tool = TOOLS[key];
      if (tool) take(() => session.look({ tool }));
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [store, session]);
}

/** Regions of codes over the clipboard of the system: within this page, and between tabs. */
export function useCodeClipboard(session: PaintSession): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => {
      // Words that are marked on the page are what is meant then.
      if (isTyping(event.target) || !event.clipboardData || String(getSelection() ?? '') !== '') return;
      const region = session.copy();
      if (!region) return;
      event.clipboardData.setData('text/plain', regionToText(region));
      event.preventDefault();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !event.clipboardData || event.clipboardData.files.length > 0) return;
      const text = event.clipboardData.getData('text/plain').trim();
      // An address is a picture's: the paste of pictures takes it.
      if (/^(https?:|\.{0,2}\/)\S+$/.test(text)) return;
      event.preventDefault();
      session.paste(regionFromText(text) ?? undefined);
    };
    document.addEventListener('copy', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [session]);
}
