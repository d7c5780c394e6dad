import { useRef } from 'react';
import { movePoint, nearestPoint } from './curve';
import classes from './CurveEditor.module.css';

/** A rising curve that is drawn with the pointer, or point by point with the keyboard. Lies over whatever stands behind it. */
export function CurveEditor(props: {
  /** Evenly spaced, from 0 to 1. */
  values: readonly number[];
  onChange: (values: number[]) => void;
  /** The drag, or the press of a key, is over. */
  onEnd: () => void;
  /** "What is gone after 30 % of the time" for a point. */
  labelOf: (share: number) => string;
}) {
  const { values, onChange, onEnd, labelOf } = props;
  const box = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const draw = (event: React.PointerEvent) => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect) return;
    const at = nearestPoint((event.clientX - rect.left) / rect.width, values.length);
    onChange(movePoint(values, at, 1 - (event.clientY - rect.top) / rect.height));
  };
  const release = () => {
    if (!held.current) return;
    held.current = false;
    onEnd();
  };
  return (
    <div
      ref={box}
      className={classes.editor}
      data-testid="curve-editor"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = true;
        draw(event);
      }}
      onPointerMove={(event) => held.current && draw(event)}
      onPointerUp={release}
      onPointerCancel={release}
    >
      {values.map(
        (value, i) =>
          i > 0 &&
          i < values.length - 1 && (
            <span
              key={i}
              role="slider"
              tabIndex={0}
              className={classes.point}
              aria-label={labelOf(i / (values.length - 1))}
              aria-orientation="vertical"
              aria-valuemin={0}
              aria-valuemax={1}
              aria-valuenow={value}
              style={{ left: `${(i / (values.length - 1)) * 100}%`, bottom: `${value * 100}%` }}
              onKeyDown={(event) => {
                const step = { ArrowUp: 0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowLeft: -0.02 }[event.key];
                if (step === undefined) return;
                event.preventDefault();
                event.stopPropagation();
                onChange(movePoint(values, i, value + step));
              }}
              onKeyUp={onEnd}
            />
          ),
      )}
    </div>
  );
}
