import { ActionIcon, SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import type { Reconstruction } from '../../../engine/types';
import { errorMap, heat } from '../../../image/metrics';
import { Compare } from '../../../ui/Compare';
import { IconMinus, IconPlus, IconZoomReset } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import type { ReconstructView } from '../store';
import { useLabState, useSetView } from './labState';
import classes from './Details.module.css';

/** Error, in 8-bit levels, at the light end of the map. */
const errorRange = 64;
const ramp = `linear-gradient(90deg, ${[0, 0.2, 0.4, 0.6, 0.8, 1].map((t) => `rgb(${heat(t).join(' ')})`).join(', ')})`;

const lessons: Record<ReconstructView['compare'], string> = {
  wipe: 'Drag the line: left of it is the input, right of it what came back.',
  side: 'Both under one lens: zoom or drag either and the other follows.',
  error: 'Where the two differ: dark is equal, light is far off. Edges and fine texture cost the most.',
};

/** Before and after, close up. */
export function ComparePanel({ result }: { result: Reconstruction }) {
  const mode = useLabState((state) => state.view.compare);
  const setView = useSetView();
  const map = useMemo(
    () => (mode === 'error' ? errorMap(result.input, result.image, errorRange) : null),
    [mode, result.input, result.image],
  );
  return (
    <Panel
      title="Before and after"
      tessera="terracotta"
      lesson={lessons[mode]}
      aside={
        <SegmentedControl
          aria-label="How before and after are compared"
          value={mode}
          onChange={(compare) => setView({ compare })}
          data={[
            { value: 'wipe', label: 'Wipe' },
            { value: 'side', label: 'Side by side' },
            { value: 'error', label: 'Error map' },
          ]}
        />
      }
    >
      <Compare
        before={result.input}
        after={result.image}
        error={map?.picture ?? null}
        mode={mode}
        controls={({ scale, zoomBy, reset }) => (
          <div className={classes.controls}>
            <ActionIcon aria-label="Zoom out" disabled={scale <= 1} onClick={() => zoomBy(1 / 1.5)}>
              <IconMinus size={15} />
            </ActionIcon>
            <ActionIcon aria-label="Zoom in" onClick={() => zoomBy(1.5)}>
              <IconPlus size={15} />
            </ActionIcon>
            <ActionIcon aria-label="Show all" disabled={scale <= 1} onClick={reset}>
              <IconZoomReset size={16} />
            </ActionIcon>
            <span>
              {scale.toFixed(1)} ×. Pinch or Ctrl + wheel zooms; once clicked, the wheel alone does, and + − 0 and the
              arrows.
            </span>
          </div>
        )}
      />
      {map && (
        <p className={classes.scale}>
          <span>0</span>
          <span className={classes.ramp} style={{ background: ramp }} aria-hidden="true" />
          <span>
            {errorRange} levels and more; mean {map.mean.toFixed(1)}, largest {map.max.toFixed(0)}
          </span>
        </p>
      )}
    </Panel>
  );
}
