import { Button } from '@mantine/core';
import { formatDb } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { selectBusy, selectNoModels, selectShown, selectShownName, selectStale } from '../store';
import { useLab, useLabState } from './labState';
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
  return (
    <Panel
      title="Reconstruction"
      tessera="verdigris"
      className={classes.panel}
      aside={
        shown &&
        !stale &&
        `${shown.image.width} × ${shown.image.height} px${psnr === undefined ? '' : `, ${formatDb(psnr)}`}`
      }
      lesson="The decoder has never seen your picture: it paints this from the integers in the middle, and nothing else."
    >
      <div className={classes.stage} aria-busy={busy}>
        {shown ? (
          <div className={classes.shown} data-stale={stale ?? undefined}>
            <PictureCanvas picture={shown.image} label="Reconstruction" testId="reconstruction" name={name} />
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
        <SaveButtons />
      </div>
    </Panel>
  );
}
