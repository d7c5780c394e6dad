import { SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { errorMap } from '../../../image/metrics';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { shownOf } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Difference.module.css';

/** Where the two pictures differ from each other, or one of them from what it was given. */
export function Difference() {
  const { session } = useLab();
  const which = useLabState((state) => state.view.difference);
  const left = useLabState((state) => shownOf(state, 'left')?.picture);
  const right = useLabState((state) => shownOf(state, 'right')?.picture);
  const leftInput = useLabState((state) => state.left.run?.input);
  const rightInput = useLabState((state) => state.right.run?.input);
  const [a, b] = which === 'pair' ? [left, right] : which === 'left' ? [leftInput, left] : [rightInput, right];
  const alike = a && b && a.width === b.width && a.height === b.height;
  const map = useMemo(() => (a && b && alike ? errorMap(a, b) : null), [a, b, alike]);
  return (
    <Panel
      title="Where they differ"
      tessera="ochre"
      lesson="Black: equal. Light: 64 grey levels apart, or more."
      aside={map && `mean ${map.mean.toFixed(2)}, most ${map.max.toFixed(0)} of 255`}
    >
      <div className={classes.row}>
        <div className={classes.pictures}>
          <figure>
            <div className={classes.picture}>
              {leftInput && <PictureCanvas picture={leftInput} label="The picture as the model gets it" />}
            </div>
            <figcaption>The picture</figcaption>
          </figure>
          <figure>
            <div className={classes.picture} data-testid="difference">
              {map && <PictureCanvas picture={map.picture} label="Map of the difference" pixelated />}
              {a && b && !alike && (
                <p>
                  The models read {a.width} and {b.width} pixels a side: their pictures cannot be laid over each other.
                </p>
              )}
            </div>
            <figcaption>The difference</figcaption>
          </figure>
        </div>
        <SegmentedControl
          aria-label="Which difference is shown"
          value={which}
          onChange={(value) => session.look({ difference: value })}
          data={[
            { value: 'pair', label: 'Left, right' },
            { value: 'left', label: 'Left, picture' },
            { value: 'right', label: 'Right, picture' },
          ]}
        />
      </div>
    </Panel>
  );
}
