import { SegmentedControl } from '@mantine/core';
import { useEffect } from 'react';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { StepScrubber } from '../../../ui/StepScrubber';
import { usePlay } from '../../../ui/usePlay';
import { HeatMap } from '../../HeatMap';
import { findPicture } from '../stateOf';
import { selectAt, selectBusy, selectTrace } from '../store';
import { CodesView } from './CodesView';
import { useLab, useLabState, useSetView, useShown } from './labState';
import { PaintBar } from './PaintBar';
import classes from '../../Stage.module.css';

/** One sample, step by step: codes, how sure the network is, the picture so far, and where it is heading. */
export function StepsPanel() {
  const { session, store } = useLab();
  const { node, model, trace, at, sample, frame } = useShown();
  const tokens = model?.config.process.kind === 'autoregressive';
  const { playing, standIn } = useLabState((state) => state.view);
  const busy = useLabState(selectBusy);
  const setView = useSetView();
  usePlay({
    playing,
    position: () => ({ at: selectAt(store.getState()), last: selectTrace(store.getState()).length - 1 }),
    move: (index, going) => setView({ step: selectTrace(store.getState())[index]?.step ?? null, playing: going }),
  });

  const batch = node?.options.batch ?? 0;
  useEffect(() => {
    if (!node || !frame || busy) return;
    const { step } = frame;
    const others = Array.from({ length: batch }, (_, i) => i).filter((i) => i !== sample);
    void session.wantPictures([
      ...(['state', 'x0'] as const)
        .filter((kind) => kind === 'state' || step > 0)
        .map((kind) => ({ run: node.id, step, sample, kind })),
      ...others.map((i) => ({ run: node.id, step, sample: i, kind: 'state' as const })),
    ]);
  }, [session, node, batch, frame, sample, busy, standIn]);

  const labelOf = (index: number) => {
    const one = trace[index];
    if (!one) return '–';
    const now = tokens ? `${one.time} codes to come` : one.step === 0 ? 'noise' : `t = ${Math.round(one.time)}`;
    const time = one.time === 0 ? 'done' : now;
    return `Step ${one.step} of ${one.steps}, ${time}`;
  };
  return (
    <Panel
      title={node && batch > 1 ? `Sample ${sample + 1}, step by step` : 'Step by step'}
      tessera="lapis"
      lesson="Drag through the steps: rings mark the codes that the step changed. Click a code to see what the network weighed there."
    >
      <div className={classes.views}>
        <CodesView />
        <HeatView />
        <StateView />
        <HeadingView />
      </div>
      <StepScrubber
        count={trace.length}
        at={at}
        onChange={(index) => setView({ step: trace[index]?.step ?? null, playing: 0 })}
        playing={playing}
        onPlay={(direction) => setView({ playing: direction })}
        labelOf={labelOf}
      />
      <PaintBar />
    </Panel>
  );
}

function HeatView() {
  const { frame, layout, sample, model } = useShown();
  const heat = useLabState((state) => state.view.heat);
  const level = useLabState((state) => Math.min(state.view.level, Math.max(0, layout.length - 1)));
  const setView = useSetView();
  return (
    <section className={classes.view} aria-label="How sure the network is">
      <h3>How sure it is</h3>
      <HeatMap
        {...{ frame, layout, sample, level, heat }}
        gaussian={model?.config.process.kind === 'gaussian'}
        onHeat={(value) => setView({ heat: value })}
      />
    </section>
  );
}

function StateView() {
  const found = useFound('state');
  const standIn = useLabState((state) => state.view.standIn);
  const setView = useSetView();
  return (
    <section className={classes.view} aria-label="The picture so far">
      <h3>The picture so far</h3>
      <div className={classes.stage} data-stale={found?.stale || undefined}>
        {found ? (
          <PictureCanvas picture={found.picture} label="The state, decoded" testId="state" />
        ) : (
          <p className={classes.empty}>Not decoded yet.</p>
        )}
      </div>
      <div className={classes.foot}>
        <SegmentedControl
          aria-label="What stands in for [MASK]"
          value={standIn}
          onChange={(value) => setView({ standIn: value })}
          data={[
            { value: 'x0', label: 'Likeliest' },
            { value: 'mean', label: 'Mean code' },
          ]}
        />
      </div>
    </section>
  );
}

function HeadingView() {
  const found = useFound('x0');
  const { frame } = useShown();
  return (
    <section className={classes.view} aria-label="Where it is heading">
      <h3>Where it is heading</h3>
      <div className={classes.stage} data-stale={found?.stale || undefined}>
        {found ? (
          <PictureCanvas picture={found.picture} label="The network's most likely picture, decoded" testId="x0" />
        ) : (
          <p className={classes.empty}>
            {frame?.step === 0 ? 'The network has not been asked yet.' : 'Not decoded yet.'}
          </p>
        )}
      </div>
      <p className={classes.foot}>Its likeliest code at every place.</p>
    </section>
  );
}

/** The picture of the state on the screen. */
function useFound(kind: 'state' | 'x0') {
  const { node, trace, frame, layout, sample } = useShown();
  const pictures = useLabState((state) => state.pictures);
  const standIn = useLabState((state) => state.view.standIn);
  if (!node || !frame || (kind === 'x0' && frame.step === 0)) return null;
  return findPicture(pictures, { run: node.id, trace, frame, sample, kind, standIn, layout });
}
