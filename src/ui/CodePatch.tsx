import { useEffect, useRef } from 'react';
import type { AtlasSheet } from './codeAtlas/geometry';
import { stampOf } from './paint';
import classes from './PictureCanvas.module.css';

/** One code of an atlas, as large as its parent. Without a label it is decoration. */
export function CodePatch({ sheet, code, label }: { sheet: AtlasSheet; code: number; label?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const { picture, columns, patch } = sheet;
    element.width = patch;
    element.height = patch;
    const [x, y] = [(code % columns) * patch, Math.floor(code / columns) * patch];
    context.drawImage(stampOf(picture), x, y, patch, patch, 0, 0, patch, patch);
  }, [sheet, code]);
  return (
    <canvas
      ref={canvas}
      className={classes.canvas}
      data-pixelated
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    />
  );
}
