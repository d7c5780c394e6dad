import { lazy, Suspense } from 'react';
import { Panel } from '../../../ui/Panel';
import { comparisonCells, comparisonSettings, PROCESSES, SAMPLES, STEP_CHOICES } from './ask';
import { sameValue } from '../../../experiment/spec';
import { denoiserWords, percent } from './judge';
import { cellsLeft, type Comparison } from './store';
import { JobButton, JobState, useTiles, useTilesState } from './tilesState';
import classes from './TilesPanel.module.css';

const CompareChart = lazy(() => import('./CompareChart'));

/** Every noise process with every number of steps. */
export function ComparePanel() {
  const { session } = useTiles();
  const comparison = useTilesState((state) => state.comparison);
  const all = useTilesState((state) => state.settings);
  const learnt = useTilesState((state) => state.learnt);
  const settings = comparisonSettings(all, learnt);
  const isOwn = comparison && sameValue(comparison.settings, settings);
  const runs = comparisonCells(settings, learnt).length;
  const left = comparison ? cellsLeft(comparison).length : runs;
  const label = isOwn && left > 0 && left < runs ? 'Go on' : comparison ? 'Compare again' : 'Compare';
  return (
    <Panel
      title="Fewer steps: who stays valid?"
      tessera="lapis"
      lesson={`${SAMPLES} samples for each process and number of steps, all by the exact posterior: ${runs} runs, one after the other. Codes that are revealed in one step do not see each other; where noise may be a code, a later step can repair that.`}
      aside={
        <>
          {comparison && !isOwn && <span className={classes.stale}>made with other settings</span>}
          <JobButton kind="comparison" label={label} onStart={() => void session.compare()} />
        </>
      }
    >
      <JobState kind="comparison" />
      {comparison && comparison.points.length > 0 ? (
        <>
          <Suspense fallback={null}>
            <CompareChart points={comparison.points} />
          </Suspense>
          <CompareTable comparison={comparison} />
        </>
      ) : (
        <p className={classes.empty}>Nothing yet: press Compare.</p>
      )}
    </Panel>
  );
}

function CompareTable({ comparison: { settings, points } }: { comparison: Comparison }) {
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label="Validity, scrolls">
      <table className={classes.table} data-testid="tiles-table">
        <caption>
          Valid samples of {SAMPLES}; seed {settings.seed},{' '}
          {settings.denoiser === 'exact' ? denoiserWords(null) : denoiserWords(settings.learntSteps)}
        </caption>
        <thead>
          <tr>
            <th scope="col">Noise process</th>
            {STEP_CHOICES.map((steps) => (
              <th key={steps} scope="col">
                {steps} steps
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {PROCESSES.map(({ name, title }) => (
            <tr key={name}>
              <th scope="row">
                {title}
                {name === 'mask-replace' && ` (${settings.replaceShare.toFixed(2)} replaced)`}
              </th>
              {STEP_CHOICES.map((steps) => {
                const point = points.find(({ process, numSteps }) => process === name && numSteps === steps);
                return <td key={steps}>{point ? percent(point.score) : 'not run'}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
