import { useEffect, useRef } from 'react';
import type { Cell } from '../types';

/** A point over a grid, in cells. */
export interface GridSpot {
  readonly x: number;
  readonly y: number;
}

/** What the pointer does: 'brush' strokes, 'area' draws out a rectangle, 'tap' acts on one cell. */
export type PointerKind = 'brush' | 'area' | 'tap';

export interface CanvasEvents {
  /** A piece of a stroke. */
  readonly onStroke: (from: GridSpot, to: GridSpot) => void;
  readonly onStrokeEnd: () => void;
  /** The stroke turned out to be none: a second finger came down. */
  readonly onStrokeCancel: () => void;
  /** One cell was meant. @param pick with Alt held, or by the other mouse button: the code there is wanted, whatever the tool */
  readonly onTap: (cell: Cell, pick: boolean) => void;
  readonly onArea: (from: Cell, to: Cell) => void;
  readonly onAreaEnd: () => void;
}

interface Options extends CanvasEvents {
  readonly kind: PointerKind;
  readonly width: number;
  readonly height: number;
  readonly onHover: (spot: GridSpot | null) => void;
}

type Gesture =
  | { readonly kind: 'none' }
  | { readonly kind: 'stroke'; last: GridSpot }
  | { readonly kind: 'area'; readonly from: Cell }
  | { readonly kind: 'tap' };

/** The cell under a spot, brought into the grid. */
export const cellUnder = ({ x, y }: GridSpot, width: number, height: number): Cell => ({
  x: Math.min(width - 1, Math.max(0, Math.floor(x))),
  y: Math.min(height - 1, Math.max(0, Math.floor(y))),
});

/** Mouse, pen and finger over a grid of cells. With Shift a stroke begins where the one before ended. */
export function useCanvasPointers(given: Options) {
  const props = useRef(given);
  const gesture = useRef<Gesture>({ kind: 'none' });
  const down = useRef(new Set<number>());
  /** Where the last stroke ended. */
  const ended = useRef<GridSpot | null>(null);
  useEffect(() => {
    props.current = given;
  });

  const spotOf = (event: { clientX: number; clientY: number }, target: Element): GridSpot => {
    const rect = target.getBoundingClientRect();
    const { width, height } = props.current;
    return {
      x: ((event.clientX - rect.left) / rect.width) * width,
      y: ((event.clientY - rect.top) / rect.height) * height,
    };
  };
  const cellOf = (spot: GridSpot) => cellUnder(spot, props.current.width, props.current.height);

  function onPointerDown(event: React.PointerEvent<HTMLElement>) {
    down.current.add(event.pointerId);
    if (down.current.size > 1) {
      if (gesture.current.kind === 'stroke') props.current.onStrokeCancel();
      gesture.current = { kind: 'none' };
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    const spot = spotOf(event, event.currentTarget);
    const { kind } = props.current;
    if (event.altKey || event.button === 2) {
      props.current.onTap(cellOf(spot), true);
      gesture.current = { kind: 'tap' };
    } else if (event.button !== 0) {
      gesture.current = { kind: 'none' };
    } else if (kind === 'tap') {
      props.current.onTap(cellOf(spot), false);
      gesture.current = { kind: 'tap' };
    } else if (kind === 'area') {
      gesture.current = { kind: 'area', from: cellOf(spot) };
      props.current.onArea(cellOf(spot), cellOf(spot));
    } else {
      const from = event.shiftKey && ended.current ? ended.current : spot;
      props.current.onStroke(from, spot);
      gesture.current = { kind: 'stroke', last: spot };
    }
  }

  function onPointerMove(event: React.PointerEvent<HTMLElement>) {
    const target = event.currentTarget;
    const spot = spotOf(event, target);
    if (event.pointerType !== 'touch' || gesture.current.kind !== 'none') props.current.onHover(spot);
    const { current } = gesture;
    if (current.kind === 'area') props.current.onArea(current.from, cellOf(spot));
    if (current.kind !== 'stroke') return;
    // Between two frames a pen may have been in many places.
    const events = event.nativeEvent.getCoalescedEvents?.() ?? [];
    for (const one of events.length > 0 ? events : [event]) {
      const at = spotOf(one, target);
      props.current.onStroke(current.last, at);
      current.last = at;
    }
  }

  function onPointerUp(event: React.PointerEvent<HTMLElement>) {
    down.current.delete(event.pointerId);
    const { current } = gesture;
    gesture.current = { kind: 'none' };
    if (current.kind === 'stroke') {
      ended.current = current.last;
      props.current.onStrokeEnd();
    }
    if (current.kind === 'area') props.current.onAreaEnd();
    if (event.pointerType === 'touch') props.current.onHover(null);
  }

  function onPointerCancel(event: React.PointerEvent<HTMLElement>) {
    down.current.delete(event.pointerId);
    if (gesture.current.kind === 'stroke') props.current.onStrokeCancel();
    if (gesture.current.kind === 'area') props.current.onAreaEnd();
    gesture.current = { kind: 'none' };
    props.current.onHover(null);
  }

  return {
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerCancel,
    onPointerLeave: () => props.current.onHover(null),
    onContextMenu: (event: React.MouseEvent) => event.preventDefault(),
  };
}
