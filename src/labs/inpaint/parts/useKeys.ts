import { useEffect } from 'react';
import type { InpaintSession } from '../session';
import { selectBusy, selectLayer, type InpaintStore, type Tool } from '../store';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.matches('textarea, select, input:not([type=radio], [type=checkbox], [type=file], [type=range])');
/** Controls with an Enter of their own. */
const hasEnter = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.closest('button, a, label, [role=button], [role=slider], [role=listbox], [role=dialog]') !== null;

const TOOLS: Readonly<Record<string, Tool>> = { b: 'brush', e: 'eraser', r: 'rectangle', l: 'lasso' };

/** Sizes that [ and ] step through: a sixth more or less. */
export const sizeAfter = (size: number, way: 1 | -1, most: number): number =>
  Math.min(most, Math.max(1, way > 0 ? Math.max(size + 1, Math.round(size * 1.18)) : Math.floor(size / 1.18)));

/**
 * B, E, R, L are tools, [ and ] the brush's size, X turns the mask round; Enter fills (with a spot painted on an answer: fills that again), Escape
 * stops, Ctrl+Z undoes strokes and settings alike.
 */
export function useKeys(store: InpaintStore, session: InpaintSession): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
      const state = store.getState();
      const key = event.key.toLowerCase();
      const take = (act: () => unknown) => {
        event.preventDefault();
        act();
      };
      if (event.ctrlKey || event.metaKey) {
        if (key === 'y' || (key === 'z' && event.shiftKey)) return take(() => session.redo());
        if (key === 'z') take(() => session.undo());
        return;
      }
      if (key === 'escape' && selectBusy(state)) return take(() => session.cancel());
      if (key === 'enter' && !hasEnter(event.target) && !selectBusy(state)) {
        const spot = selectLayer(state) === 'spot' && state.spotBounds !== null;
        return take(() => (spot ? session.refill() : session.fill()));
      }
      const tool = TOOLS[key];
      if (tool) return take(() => session.look({ tool }));
      const most = Math.max(state.picture?.image.width ?? 0, state.picture?.image.height ?? 0);
      if (key === '[' || key === ']')
        return take(() => session.look({ size: sizeAfter(state.view.size, key === ']' ? 1 : -1, most) }));
      if (key === 'x') take(() => session.invert());
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [store, session]);
}
