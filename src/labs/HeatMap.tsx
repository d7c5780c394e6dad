import { SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { lengthOf, spansOf, type Layout } from '../diffusion/layout';
import type { SampleFrame } from '../engine/types';
import { PictureCanvas } from '../ui/PictureCanvas';
import { heatPicture, sampleOf } from './frames';
import classes from './Stage.module.css';

/** How sure the network is at every place of one grid of a state: its confidence, or the entropy of its answer. */
export function HeatMap(props: {
  frame: SampleFrame | null;
  layout: Layout;
  sample: number;
  /** The grid. */
  level: number;
  heat: 'confidence' | 'entropy';
  onHeat: (heat: 'confidence' | 'entropy') => void;
  /** True for a prior that speaks of latents. */
  gaussian: boolean;
  /** Places that the mean is taken over, [N]: above 0. Default: all of the grid. */
  places?: Uint8Array | undefined;
}) {
  const { frame, layout, sample, level, heat, onHeat, gaussian, places } = props;
  const map = useMemo(() => {
    const grid = layout[level];
    if (!frame || !grid || frame.step <= 0) return null;
    const { first = 0, count = 0 } = spansOf(layout)[level] ?? {};
    const values = sampleOf(frame[heat], sample, lengthOf(layout)).subarray(first, first + count);
    const range = heat === 'confidence' ? 1 : Math.log2(grid.codebookSize);
    const counted = places ? values.filter((_, i) => places[first + i]) : values;
    const mean = counted.reduce((sum, value) => sum + value, 0) / Math.max(1, counted.length);
    return { picture: heatPicture(values, grid.width, grid.height, range), mean };
  }, [frame, layout, level, heat, sample, places]);
  const words =
    map && (heat === 'confidence' ? `mean ${(map.mean * 100).toFixed(0)} %` : `mean ${map.mean.toFixed(2)} bits`);
  return (
    <>
      <div className={classes.stage}>
        {map && !gaussian ? (
          <PictureCanvas
            picture={map.picture}
            label={`Map of the network's ${heat}, light is ${heat === 'confidence' ? 'sure' : 'unsure'}; ${words}`}
            pixelated
            testId="heat"
          />
        ) : (
          <p className={classes.empty}>
            {gaussian ? 'A Gaussian prior speaks of latents, not of codes.' : 'The network has not been asked yet.'}
          </p>
        )}
      </div>
      <div className={classes.foot}>
        <SegmentedControl
          aria-label="What the map shows"
          value={heat}
          onChange={onHeat}
          data={[
            { value: 'confidence', label: 'Confidence' },
            { value: 'entropy', label: 'Entropy' },
          ]}
        />
        {words && !gaussian && <span>{words}</span>}
      </div>
    </>
  );
}
