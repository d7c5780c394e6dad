import { useEffect, useRef } from 'react';
import { panBy, zoomAt, type Viewport } from '../viewport';
import { rectBetween, type Box, type Spot } from './geometry';

export type BrushTool = 'brush' | 'eraser' | 'rectangle' | 'lasso';

export interface ToolEvents {
  /** A piece of a stroke, in pixels of the picture. @param pressure 0 .. 1, of a pen; else 1 */
  readonly onStroke: (from: Spot, to: Spot, pressure: number) => void;
  readonly onStrokeEnd: () => void;
  /** The stroke turned out to be none: a second finger came down. */
  readonly onStrokeCancel: () => void;
  readonly onRectangle: (rect: Box) => void;
  readonly onLasso: (points: readonly Spot[]) => void;
}

interface Pointers extends ToolEvents {
  readonly tool: BrushTool;
  /** Tools do nothing; a drag pans. */
  readonly disabled: boolean;
  readonly stage: React.RefObject<HTMLElement | null>;
  /** A point of the window in pixels of the picture. */
  readonly place: (x: number, y: number) => Spot;
  readonly onView: (change: (view: Viewport) => Viewport) => void;
  /** Where the pointer is; null: not over the stage, or a finger. */
  readonly onHover: (spot: Spot | null) => void;
  /** What is being drawn out, as a closed polygon; empty: nothing. */
  readonly onDraft: (points: readonly Spot[]) => void;
}

type Gesture =
  | { readonly kind: 'none' | 'pan' | 'pinch' }
  /** A finger is down, and may become a stroke or one of two. */
  | { readonly kind: 'touch'; readonly at: Spot; readonly x: number; readonly y: number }
  | { readonly kind: 'stroke'; last: Spot }
  | { readonly kind: 'rectangle'; readonly from: Spot; to: Spot }
  | { readonly kind: 'lasso'; readonly points: Spot[] };

/** A finger that moves less than this, in CSS pixels, has not begun a stroke. */
const SLACK = 4;

const corners = ({ x, y, width, height }: Box): Spot[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

/** A light touch of a pen is a thin line, a firm one the whole brush. */
const pressureOf = (event: PointerEvent): number =>
  event.pointerType === 'pen' && event.pressure > 0 ? 0.35 + 0.65 * event.pressure : 1;

/** Mouse, pen and fingers on a stage: tools, the middle button and Space pan, two fingers pinch. */
export function usePointers(given: Pointers) {
  const props = useRef(given);
  const gesture = useRef<Gesture>({ kind: 'none' });
  const down = useRef(new Map<number, Spot>());
  const space = useRef(false);
  const inside = useRef(false);
  useEffect(() => {
    props.current = given;
  });

  useEffect(() => {
    const isFree = (target: EventTarget | null) =>
      !(target instanceof HTMLElement) || target === document.body || target === props.current.stage.current;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== ' ') return;
      if (event.type === 'keyup') space.current = false;
      else if (isFree(event.target) && (inside.current || event.target === props.current.stage.current)) {
        event.preventDefault();
        space.current = true;
      }
      if (props.current.stage.current) props.current.stage.current.dataset['grab'] = String(space.current);
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('keyup', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('keyup', onKey);
    };
  }, []);

  /** Ends what is under way without doing it. @returns false where nothing was */
  function cancel(): boolean {
    const { kind } = gesture.current;
    if (kind === 'stroke') props.current.onStrokeCancel();
    gesture.current = { kind: 'none' };
    props.current.onDraft([]);
    return kind !== 'none';
  }

  function begin(event: React.PointerEvent, at: Spot): Gesture {
    const { tool, disabled } = props.current;
    if (event.button === 1 || space.current || (disabled && event.button === 0)) return { kind: 'pan' };
    if (event.button !== 0) return { kind: 'none' };
    if (tool === 'rectangle') return { kind: 'rectangle', from: at, to: at };
    if (tool === 'lasso') return { kind: 'lasso', points: [at] };
    if (event.pointerType === 'touch') return { kind: 'touch', at, x: event.clientX, y: event.clientY };
    props.current.onStroke(at, at, pressureOf(event.nativeEvent));
    return { kind: 'stroke', last: at };
  }

  function onPointerDown(event: React.PointerEvent<HTMLElement>) {
    event.currentTarget.focus({ preventScroll: true });
    event.currentTarget.setPointerCapture(event.pointerId);
    // The middle button would scroll by itself.
    if (event.button === 1) event.preventDefault();
    down.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (down.current.size > 1) {
      cancel();
      gesture.current = { kind: 'pinch' };
      return;
    }
    gesture.current = begin(event, props.current.place(event.clientX, event.clientY));
  }

  function strokeTo(stroke: { last: Spot }, event: PointerEvent) {
    // Between two frames a pen may have been in many places.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length > 0 ? events : [event]) {
      const at = props.current.place(one.clientX, one.clientY);
      props.current.onStroke(stroke.last, at, pressureOf(one));
      stroke.last = at;
    }
  }

  function onPointerMove(event: React.PointerEvent<HTMLElement>) {
    inside.current = true;
    const now = { x: event.clientX, y: event.clientY };
    const at = props.current.place(now.x, now.y);
    props.current.onHover(event.pointerType === 'touch' ? null : at);
    const before = down.current.get(event.pointerId);
    if (!before) return;
    down.current.set(event.pointerId, now);
    const { current } = gesture;
    if (current.kind === 'touch' && Math.hypot(now.x - current.x, now.y - current.y) > SLACK) {
      props.current.onStroke(current.at, at, 1);
      gesture.current = { kind: 'stroke', last: at };
    }
    if (current.kind === 'stroke') strokeTo(current, event.nativeEvent);
    if (current.kind === 'rectangle') {
      current.to = at;
      props.current.onDraft(corners(rectBetween(current.from, at)));
    }
    if (current.kind === 'lasso') {
      current.points.push(at);
      props.current.onDraft(current.points);
    }
    if (current.kind === 'pan' || current.kind === 'pinch') moveView(event, before, now, current.kind);
  }

  function moveView(event: React.PointerEvent<HTMLElement>, before: Spot, now: Spot, kind: 'pan' | 'pinch') {
    const rect = event.currentTarget.getBoundingClientRect();
    const pan = (dx: number, dy: number) =>
      props.current.onView((view) => panBy(view, dx / rect.width, dy / rect.height));
    const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1];
    if (kind === 'pan' || !other) return pan(now.x - before.x, now.y - before.y);
    const spread = (p: Spot) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    const middle = { x: (now.x + other.x) / 2 - rect.left, y: (now.y + other.y) / 2 - rect.top };
    props.current.onView((view) =>
      zoomAt(view, middle.x / rect.width, middle.y / rect.height, spread(now) / spread(before)),
    );
    // Both fingers move: each brings half of the way.
    pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  function onPointerUp(event: React.PointerEvent<HTMLElement>) {
    if (!down.current.delete(event.pointerId)) return;
    const { current } = gesture;
    if (current.kind === 'pinch') {
      if (down.current.size === 0) gesture.current = { kind: 'none' };
      return;
    }
    gesture.current = { kind: 'none' };
    const { onStroke, onStrokeEnd, onRectangle, onLasso, onDraft } = props.current;
    if (current.kind === 'touch') onStroke(current.at, current.at, 1);
    if (current.kind === 'touch' || current.kind === 'stroke') onStrokeEnd();
    if (current.kind === 'rectangle') onRectangle(rectBetween(current.from, current.to));
    if (current.kind === 'lasso') onLasso(current.points);
    onDraft([]);
  }

  function onPointerCancel(event: React.PointerEvent<HTMLElement>) {
    down.current.delete(event.pointerId);
    cancel();
  }

  function onPointerLeave() {
    inside.current = false;
    props.current.onHover(null);
  }

  return { cancel, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel, onPointerLeave } };
}
