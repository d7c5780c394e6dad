import { useRef, useState } from 'react';
import { PictureCanvas } from './PictureCanvas';
import { useViewport } from './useViewport';
import { viewTransform } from './viewport';
import type { PictureLike } from './types';
import classes from './Compare.module.css';

export type CompareMode = 'wipe' | 'side' | 'error';

/** Before and after under one zoom and pan: wiped over each other, side by side, or as the map of their difference. */
export function Compare(props: {
  before: PictureLike;
  after: PictureLike;
  /** The error map; shown in mode 'error'. */
  error: PictureLike | null;
  mode: CompareMode;
  /** Zoom buttons and the like; gets the actions of the view. */
  controls?: (actions: { scale: number; zoomBy: (factor: number) => void; reset: () => void }) => React.ReactNode;
}) {
  const { before, after, error, mode, controls } = props;
  const { view, reset, zoomBy, groupRef, stageProps } = useViewport();
  const [split, setSplit] = useState(50);
  const transform = viewTransform(view);
  const pixelated = view.scale > 1.8;
  const layer = (picture: PictureLike, label: string, decorative = false) => (
    <div className={classes.layer} style={{ transform }}>
      <PictureCanvas picture={picture} label={label} pixelated={pixelated} decorative={decorative} />
    </div>
  );
  const stage = (label: string, children: React.ReactNode) => (
    <div
      key={label}
      className={classes.stage}
      data-stage
      data-zoomed={view.scale > 1 || undefined}
      tabIndex={0}
      role="group"
      aria-label={`${label}. Plus and minus zoom, arrows pan, 0 shows all.`}
      {...stageProps}
    >
      {children}
    </div>
  );
  return (
    <div className={classes.compare}>
      <div ref={groupRef} className={classes.stages} data-mode={mode}>
        {mode === 'wipe' &&
          stage(
            'Wipe between input and reconstruction',
            <>
              {layer(before, 'Input')}
              <div className={classes.clip} style={{ clipPath: `inset(0 0 0 ${split}%)` }}>
                {layer(after, 'Reconstruction')}
              </div>
              <span className={classes.tagLeft}>input</span>
              <span className={classes.tagRight}>reconstruction</span>
              <Divider split={split} onSplit={setSplit} />
            </>,
          )}
        {mode === 'side' && [
          stage('Input', layer(before, 'Input')),
          stage('Reconstruction', layer(after, 'Reconstruction')),
        ]}
        {mode === 'error' &&
          error &&
          stage('Error map', layer(error, 'Map of the difference between input and reconstruction'))}
      </div>
      {controls?.({ scale: view.scale, zoomBy, reset })}
    </div>
  );
}

/** The line of the wipe: a slider for pointer and keyboard. */
function Divider({ split, onSplit }: { split: number; onSplit: (split: number) => void }) {
  const dragging = useRef(false);
  const move = (event: React.PointerEvent<HTMLElement>) => {
    const rect = event.currentTarget.parentElement?.getBoundingClientRect();
    if (rect) onSplit(Math.min(100, Math.max(0, ((event.clientX - rect.left) / rect.width) * 100)));
  };
  const steps: Record<string, number> = {
    ArrowLeft: -2,
    ArrowRight: 2,
    ArrowDown: -2,
    ArrowUp: 2,
    PageUp: 10,
    PageDown: -10,
  };
  return (
    <div
      className={classes.divider}
      style={{ left: `${split}%` }}
      role="slider"
      tabIndex={0}
      aria-label="Wipe position"
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(split)}
      aria-valuetext={`${Math.round(split)} % input`}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
      }}
      onPointerMove={(event) => {
        if (!dragging.current) return;
        event.stopPropagation();
        move(event);
      }}
      onPointerUp={() => (dragging.current = false)}
      onPointerCancel={() => (dragging.current = false)}
      onKeyDown={(event) => {
        const step = event.key === 'Home' ? -100 : event.key === 'End' ? 100 : steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        onSplit(Math.min(100, Math.max(0, split + step)));
      }}
    >
      <span className={classes.grip} aria-hidden="true" />
    </div>
  );
}
