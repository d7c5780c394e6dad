import { ActionIcon } from '@mantine/core';
import { IconMinus, IconPlus, IconZoomReset } from './icons';
import { zoomAt, type Viewport } from './viewport';
import classes from './ZoomButtons.module.css';

/** What a click zooms by. */
const STEP = 1.6;

/** Zooming in, out and back in a corner of a stage. */
export function ZoomButtons(props: {
  view: Viewport;
  /** Of what, for assistive technology: 'atlas'. */
  of: string;
  resetLabel: string;
  onZoom: (to: (old: Viewport) => Viewport) => void;
  onReset: () => void;
}) {
  const { view, of, resetLabel, onZoom, onReset } = props;
  const by = (factor: number) => onZoom((old) => zoomAt(old, 0.5, 0.5, factor));
  return (
    <div className={classes.zoom} role="group" aria-label={`Zoom of the ${of}`}>
      <ActionIcon aria-label="Zoom in" onClick={() => by(STEP)} data-testid={`${of}-zoom-in`}>
        <IconPlus size={15} />
      </ActionIcon>
      <ActionIcon aria-label="Zoom out" onClick={() => by(1 / STEP)} disabled={view.scale <= 1}>
        <IconMinus size={15} />
      </ActionIcon>
      <ActionIcon aria-label={resetLabel} onClick={onReset} disabled={view.scale <= 1}>
        <IconZoomReset size={15} />
      </ActionIcon>
    </div>
  );
}
