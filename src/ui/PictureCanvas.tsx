import { useEffect, useRef } from 'react';
import { paintPicture } from './paint';
import type { PictureLike } from './types';
import classes from './PictureCanvas.module.css';

/** A picture, contained in the box that its parent gives it. */
export function PictureCanvas(props: {
  picture: PictureLike;
  label: string;
  pixelated?: boolean;
  testId?: string;
  decorative?: boolean;
  /** Name of the picture that is shown, for tests. */
  name?: string;
}) {
  const { picture, label, pixelated = false, testId, decorative = false, name } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) paintPicture(canvas.current, picture);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      className={classes.canvas}
      data-pixelated={pixelated || undefined}
      data-testid={testId}
      data-picture={name}
      {...(decorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}
