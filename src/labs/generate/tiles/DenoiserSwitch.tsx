import { SegmentedControl } from '@mantine/core';
import { learntFor, titleOf } from './ask';
import { useTiles, useTilesState } from './tilesState';
import classes from './TilesPanel.module.css';

/** Whom every panel of the page asks for p(x0 | xt): the truth, or the network that learns it. */
export function DenoiserSwitch() {
  const { session } = useTiles();
  const settings = useTilesState((state) => state.settings);
  const learnt = useTilesState((state) => state.learnt);
  const { denoiser } = settings;
  const own = learntFor(learnt, settings);
  return (
    <div className={`${classes.field} ${classes.switch}`}>
      <span className={classes.label} id="tiles-denoiser">
        Sample with
      </span>
      <SegmentedControl
        aria-labelledby="tiles-denoiser"
        value={denoiser}
        onChange={(value) => session.change({ denoiser: value })}
        data={[
          { value: 'exact', label: 'The truth' },
          { value: 'learnt', label: 'What was learnt', disabled: learnt.length === 0 },
        ]}
        data-testid="tiles-denoiser"
      />
      {denoiser === 'exact' && (
        <p className={classes.note}>
          p(x0 | xt) is computed.
          {learnt.length === 0 && ' Nothing is learnt yet: see “Learn it” below.'}
        </p>
      )}
      {denoiser === 'learnt' && own && (
        <p className={classes.note}>
          A network that learnt in {own.steps.toLocaleString('en')} steps: mistakes are the sampler&apos;s and its own.
        </p>
      )}
      {denoiser === 'learnt' && !own && (
        <p className={classes.stale}>
          Nothing is learnt of {titleOf(settings.process).toLowerCase()}
          {settings.process === 'mask-replace' && ` with ${settings.replaceShare.toFixed(2)} replaced`}: learn it below,
          or take the truth.
        </p>
      )}
    </div>
  );
}
