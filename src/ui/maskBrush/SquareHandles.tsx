import { useRef } from 'react';
import type { Box, Corner, Spot } from './geometry';
import { arrowOf, CORNERS, moveBox, resizeSquare } from './geometry';
import classes from '../MaskBrush.module.css';

/** Places to take the working square by: its corners, and a tab that moves it. Pointer and arrow keys. */
export function SquareHandles(props: {
  square: Box;
  /** Smallest side. */
  least: number;
  /** Pixels of the picture for one arrow key. */
  step: number;
  /** Pixels of the picture on the stage. */
  toStage: (spot: Spot) => Spot;
  place: (x: number, y: number) => Spot;
  onChange: (square: Box) => void;
  onEnd: () => void;
}) {
  const { square, least, step, toStage, place, onChange, onEnd } = props;
  const drag = useRef<{ at: Spot; square: Box } | null>(null);

  /** @param moved the square after the pointer went from `at` to `now` */
  const handle = (
    name: string,
    at: Spot,
    className: string | undefined,
    moved: (from: { at: Spot; square: Box }, now: Spot) => Box,
  ) => {
    const { x, y } = toStage(at);
    return (
      <button
        key={name}
        type="button"
        className={className}
        style={{ left: x, top: y }}
        aria-label={`${name} of the working square. Arrow keys move it.`}
        data-testid={`square-${name.toLowerCase().replace(/\s+/g, '-')}`}
        onPointerDown={(event) => {
          event.stopPropagation();
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { at: place(event.clientX, event.clientY), square };
        }}
        onPointerMove={(event) => {
          event.stopPropagation();
          if (drag.current) onChange(moved(drag.current, place(event.clientX, event.clientY)));
        }}
        onPointerUp={() => {
          if (drag.current) onEnd();
          drag.current = null;
        }}
        onPointerCancel={() => (drag.current = null)}
        onKeyDown={(event) => {
          const way = arrowOf(event.key, event.shiftKey ? step * 8 : step);
          if (!way) return;
          event.preventDefault();
          event.stopPropagation();
          onChange(moved({ at, square }, { x: at.x + way.x, y: at.y + way.y }));
        }}
        onBlur={onEnd}
      />
    );
  };

  const cornerOf = ({ right, bottom }: Corner): Spot => ({
    x: square.x + right * square.width,
    y: square.y + bottom * square.height,
  });
  return (
    <>
      {handle('Place', { x: square.x + square.width / 2, y: square.y }, classes.tab, (from, now) =>
        moveBox(from.square, now.x - from.at.x, now.y - from.at.y),
      )}
      {CORNERS.map((corner) =>
        handle(`Corner ${corner.name}`, cornerOf(corner), classes.corner, (from, now) =>
          resizeSquare(from.square, corner, now, least),
        ),
      )}
    </>
  );
}
