import { useEffect, useRef, useState } from 'react';
import { panBy, viewAfterKey, wholeView, zoomAt, type Viewport } from './viewport';

interface Pointer {
  x: number;
  y: number;
}

/**
 * Zoom and pan of one or more stages that show the same view. The wheel zooms with Ctrl held, or plainly once the stage
 * has the focus (so that a page that merely scrolls by is not caught); two fingers pinch; a drag pans what is zoomed.
 */
export function useViewport() {
  const [view, setView] = useState<Viewport>(wholeView);
  const pointers = useRef(new Map<number, Pointer>());
  const [stage, setStage] = useState<HTMLElement | null>(null);

  useEffect(() => {
    if (!stage) return;
    const onWheel = (event: WheelEvent) => {
      const focused = stage.contains(document.activeElement);
      if (!event.ctrlKey && !focused) return;
      event.preventDefault();
      const rect = (event.target as HTMLElement).closest('[data-stage]')?.getBoundingClientRect();
      if (!rect) return;
      const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0018));
      setView((old) =>
        zoomAt(old, (event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height, factor),
      );
    };
    stage.addEventListener('wheel', onWheel, { passive: false });
    return () => stage.removeEventListener('wheel', onWheel);
  }, [stage]);

  const onPointerDown = (event: React.PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };

  const onPointerMove = (event: React.PointerEvent<HTMLElement>) => {
    const before = pointers.current.get(event.pointerId);
    if (!before) return;
    const rect = event.currentTarget.getBoundingClientRect();
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (!other) {
      setView((old) => panBy(old, (now.x - before.x) / rect.width, (now.y - before.y) / rect.height));
      return;
    }
    const spread = (p: Pointer) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    const middle = { x: (now.x + other.x) / 2 - rect.left, y: (now.y + other.y) / 2 - rect.top };
    setView((old) => zoomAt(old, middle.x / rect.width, middle.y / rect.height, spread(now) / spread(before)));
  };

  const release = (event: React.PointerEvent<HTMLElement>) => {
    pointers.current.delete(event.pointerId);
  };

  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = viewAfterKey(view, event.key);
    if (!next) return;
    event.preventDefault();
    setView(next);
  };

  const zoomBy = (factor: number) => setView((old) => zoomAt(old, 0.5, 0.5, factor));

  return {
    view,
    /** For stages with pointers of their own. */
    change: setView,
    reset: () => setView(wholeView),
    zoomBy,
    /** For the element around all stages. */
    groupRef: setStage,
    /** For each stage. */
    stageProps: { onPointerDown, onPointerMove, onPointerUp: release, onPointerCancel: release, onKeyDown },
  };
}
