import { Button, SegmentedControl } from '@mantine/core';
import { formatDb } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { isTwoLevel } from '../../codeFacts';
import { selectBusy, selectNoModels, selectShown, selectShownName, selectStale } from '../store';
import { useLab, useLabState, useSetView } from './labState';
import { SaveButtons } from './SaveButtons';
import { ProgressOverlay, StaleTag, WaitLine } from './WaitLine';
import classes from './Boxes.module.css';

/** The picture, painted again from its codes alone. */
export function ReconstructionPanel() {
  const { session } = useLab();
  const shown = useLabState(selectShown);
  const psnr = useLabState((state) => state.result?.metrics.psnr);
  const name = useLabState(selectShownName);
  const stale = useLabState(selectStale);
  const failure = useLabState((state) => (selectNoModels(state) ? null : state.failure));
  const phase = useLabState((state) => state.phase);
  const busy = useLabState(selectBusy);
  const setView = useSetView();
  const from = useLabState((state) => state.view.paintedFrom);
  const alone = useLabState((state) => (from === null ? undefined : state.alone.get(from)));
  const other = shown && from !== null ? shown.codes[1 - from] : undefined;
  const picture = alone ?? shown?.image;
  return (
    <Panel
      title="Reconstruction"
      tessera="verdigris"
      className={classes.panel}
      aside={
        shown &&
        !stale &&
        `${shown.image.width} × ${shown.image.height} px${psnr === undefined || alone ? '' : `, ${formatDb(psnr)}`}`
      }
      lesson={
        alone && other
          ? `Painted from one grid alone: the ${other.name} is its most common code everywhere.`
          : 'The decoder has never seen your picture: it paints this from the integers in the middle, and nothing else.'
      }
    >
      <div className={classes.stage} aria-busy={busy}>
        {picture ? (
          <div className={classes.shown} data-stale={stale ?? undefined}>
            <PictureCanvas picture={picture} label="Reconstruction" testId="reconstruction" name={name} />
          </div>
        ) : (
          phase !== 'loading' && phase !== 'starting' && <WaitLine />
        )}
        <StaleTag stale={stale} />
        <ProgressOverlay />
      </div>
      {failure && (
        <div className={classes.failure} role="alert" data-testid="failure">
          {failure}
          <br />
          <Button onClick={() => void session.retry()}>Try again</Button>
        </div>
      )}
      <div className={classes.foot}>
        {shown && isTwoLevel(shown.codes) && (
          <SegmentedControl
            aria-label="Grids that the picture is painted from"
            data-testid="painted-from"
            value={from === null ? 'both' : String(from)}
            onChange={(value) => {
              setView({ paintedFrom: value === 'both' ? null : Number(value) });
              if (value !== 'both') void session.wantAlone(Number(value));
            }}
            data={[
              { value: 'both', label: 'Both' },
              ...shown.codes.map(({ name }, i) => ({ value: String(i), label: `Only ${name}` })),
            ]}
          />
        )}
        <SaveButtons />
      </div>
    </Panel>
  );
}
