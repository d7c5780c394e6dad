import { useMemo } from 'react';
import { createSchedule } from '../../../diffusion/schedule';
import { CurveEditor } from '../../../ui/CurveEditor';
import { discreteProcess, scheduleName, scheduleSpec } from '../samplers';
import { selectFrame, selectModel, selectNode, selectNodeModel } from '../store';
import { useLab, useLabState } from './labState';
import classes from './SettingsPanel.module.css';

/** Points that a plot is drawn through. */
const points = 60;

/** What is kept, replaced and masked from t = 0 to T, one over the other; the drawn curve can be changed in place. */
export function SchedulePlot() {
  const { session } = useLab();
  const spec = useLabState((state) => state.spec);
  const model = useLabState(selectModel);
  const time = useLabState((state) =>
    selectNodeModel(state) === selectModel(state) && selectNode(state) ? (selectFrame(state)?.time ?? null) : null,
  );
  const process = model && discreteProcess(model);
  const codebookSize = model?.config.grids[0]?.codebookSize ?? 1;
  const areas = useMemo(() => {
    if (!model || !process) return null;
    const schedule = createSchedule(scheduleSpec(spec, model), process, codebookSize);
    const T = schedule.numTimesteps;
    const rows = Array.from({ length: points + 1 }, (_point, i) => {
      const t = Math.round((i / points) * T);
      const masked = schedule.gammaBar[t] ?? 0;
      return { x: i / points, masked, gone: masked + codebookSize * (schedule.betaBar[t] ?? 0) };
    });
    type Row = (typeof rows)[number];
    const area = (low: (row: Row) => number, high: (row: Row) => number) =>
      [
        ...rows.map((row) => `${row.x} ${1 - high(row)}`),
        ...rows.toReversed().map((row) => `${row.x} ${1 - low(row)}`),
      ].join(',');
    const [nothing, masked, gone, all] = [() => 0, (row: Row) => row.masked, (row: Row) => row.gone, () => 1];
    return {
      T,
      masks: rows.some((row) => row.masked > 0.001),
      masked: area(nothing, masked),
      replaced: area(masked, gone),
      kept: area(gone, all),
    };
  }, [model, process, codebookSize, spec]);
  if (!areas || !model) return null;
  const drawn = scheduleName(spec, model) === 'drawn';
  return (
    <figure>
      <div className={classes.plot}>
        <svg
          viewBox="0 0 1 1"
          preserveAspectRatio="none"
          role="img"
          aria-label={`Shares of codes kept, replaced${areas.masks ? ' and masked' : ''}, from t = 0 to ${areas.T}`}
        >
          <polygon points={areas.kept} className={classes.kept} />
          <polygon points={areas.replaced} className={classes.replaced} />
          <polygon points={areas.masked} className={classes.masked} />
          {time !== null && <line x1={time / areas.T} x2={time / areas.T} y1="0" y2="1" className={classes.now} />}
        </svg>
        {drawn && (
          <CurveEditor
            values={spec.curve}
            onChange={(curve) => session.change({ curve }, 'curve')}
            onEnd={() => session.endGesture()}
            labelOf={(share) => `Gone after ${Math.round(share * 100)} % of the time`}
          />
        )}
      </div>
      <figcaption className={classes.legend}>
        {[['kept', 'lapis'], ['replaced', 'terracotta'], ...(areas.masks ? [['masked', 'line-strong']] : [])].map(
          ([word, colour]) => (
            <span key={word}>
              <i style={{ background: `var(--${colour})` }} aria-hidden="true" />
              {word}
            </span>
          ),
        )}
        <span>
          t = 0 to {areas.T}
          {time !== null && `, now ${Math.round(time)}`}
        </span>
      </figcaption>
    </figure>
  );
}
