import { useRef } from 'react';

/** A drag of more pixels than this is no click. */
const CLICK_PIXELS = 5;

/** Tells a click from a drag on a stage that is moved by dragging: hand it both events. */
export function useStageClick(): {
  down: (event: React.PointerEvent<HTMLElement>) => void;
  /** @returns whether it was a click */
  up: (event: React.PointerEvent<HTMLElement>) => boolean;
} {
  const pressed = useRef<{ x: number; y: number } | null>(null);
  return {
    down: (event) => void (pressed.current = { x: event.clientX, y: event.clientY }),
    up: (event) => {
      const from = pressed.current;
      pressed.current = null;
      return from !== null && Math.hypot(event.clientX - from.x, event.clientY - from.y) <= CLICK_PIXELS;
    },
  };
}
