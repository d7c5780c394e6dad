import { Button } from '@mantine/core';
import { formatDb } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { selectStale } from '../store';
import { useLab, useLabState } from './labState';
import { SaveButtons } from './SaveButtons';
import { ProgressOverlay, WaitLine } from './WaitLine';
import classes from './Boxes.module.css';

/** The picture, painted again from its codes alone. */
export function ReconstructionPanel() {
  const { session } = useLab();
  const result = useLabState((state) => state.result);
  const name = useLabState((state) => state.resultOf?.name);
  const stale = useLabState(selectStale);
  const failure = useLabState((state) => state.failure);
  const phase = useLabState((state) => state.phase);
  const mode = useLabState((state) => state.spec.mode);
  return (
    <Panel
      title="Reconstruction"
      tessera="verdigris"
      className={classes.panel}
      aside={result && !stale && `${result.image.width} × ${result.image.height} px, ${formatDb(result.metrics.psnr)}`}
      lesson="The decoder has never seen your picture: it paints this from the integers in the middle, and nothing else."
    >
      <div className={classes.stage} aria-busy={phase === 'loading' || phase === 'running'}>
        {result ? (
          <div className={stale ? classes.stale : undefined} style={{ width: '100%', height: '100%' }}>
            <PictureCanvas picture={result.image} label="Reconstruction" testId="reconstruction" name={name} />
          </div>
        ) : (
          phase !== 'loading' && phase !== 'starting' && <WaitLine />
        )}
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
        {phase === 'running' && mode === 'tile' ? (
          <Button onClick={() => session.cancel()} data-testid="cancel">
            Stop
          </Button>
        ) : (
          <SaveButtons />
        )}
      </div>
    </Panel>
  );
}
