import { useEffect, useMemo } from 'react';
import { Panel } from '../../../ui/Panel';
import { StepScrubber } from '../../../ui/StepScrubber';
import { usePlay } from '../../../ui/usePlay';
import { HeatMap } from '../../HeatMap';
import stage from '../../Stage.module.css';
import { patched, type Generation } from '../answers';
import { selectAt, selectBusy, selectFrame, selectTrace, stateKey } from '../store';
import { useLab, useLabState, useShown } from './labState';
import { OpinionPanel } from './OpinionPanel';
import { StillView } from './StillView';

/** The answer on the screen, looked at closely. Loaded with the first one. */
export default function Details() {
  const shown = useShown();
  return (
    shown && (
      <>
        <StepsPanel {...shown} />
        <OpinionPanel generation={shown.generation} />
      </>
    )
  );
}

/** How it came about, how sure the network was, what it saw, and what the tokenizer alone would do. */
function StepsPanel({ generation, answer, rank }: { generation: Generation; answer: number; rank: number }) {
  const { session, store } = useLab();
  const trace = useLabState(selectTrace);
  const at = useLabState(selectAt);
  const { playing } = useLabState((state) => state.view);
  const busy = useLabState(selectBusy);
  const alone = useLabState((state) => state.alone.get(generation.id));
  useEffect(() => {
    if (!busy) void session.wantAlone();
  }, [session, generation.id, busy]);
  const toStep = (index: number, going: 1 | -1 | 0) => {
    const frames = selectTrace(store.getState());
    // The last state is the answer itself.
    const step = index >= frames.length - 1 ? null : (frames[index]?.step ?? null);
    session.look({ step, playing: going });
  };
  usePlay({
    playing,
    position: () => ({ at: selectAt(store.getState()), last: selectTrace(store.getState()).length - 1 }),
    move: toStep,
  });
  const labelOf = (index: number) => {
    const one = trace[index];
    if (!one) return '–';
    return `Step ${one.step} of ${one.steps}, ${one.time === 0 ? 'done' : one.step === 0 ? 'noise' : `t = ${Math.round(one.time)}`}`;
  };
  return (
    <Panel
      title={`Answer ${rank}, looked at closely`}
      tessera="lapis"
      lesson="Drag through the steps: the picture above shows each of them. Known codes stay; only the hole is drawn."
    >
      <div className={stage.views}>
        <StateView generation={generation} answer={answer} />
        <SureView generation={generation} answer={answer} />
        <StillView
          title="What the network saw"
          note="The hole is covered smoothly from around it: nothing of what was there is left."
          picture={generation.result.seen}
        />
        <StillView
          title="The tokenizer alone"
          note="Your own pixels, hole and all, through the codes and back: no prior has a say."
          picture={alone}
          testId="alone"
        />
      </div>
      <StepScrubber
        count={trace.length}
        at={at}
        onChange={(index) => toStep(index, 0)}
        playing={playing}
        onPlay={(direction) => session.look({ playing: direction })}
        labelOf={labelOf}
      />
    </Panel>
  );
}

/** The state on the screen with the picture around it. */
function StateView({ generation, answer }: { generation: Generation; answer: number }) {
  const frame = useLabState(selectFrame);
  const last = useLabState((state) => selectAt(state) === selectTrace(state).length - 1);
  const state = useLabState(({ states }) =>
    frame ? states.get(stateKey(generation.id, frame.step, answer)) : undefined,
  );
  const picture = useMemo(() => {
    if (last) return generation.thumbs[answer];
    return state && patched(generation.options.picture, state, generation.options.hole);
  }, [last, state, generation, answer]);
  return (
    <StillView
      title="The hole at this step"
      note="Likeliest codes stand in where none is drawn yet."
      picture={picture}
    />
  );
}

function SureView({ generation, answer }: { generation: Generation; answer: number }) {
  const { session } = useLab();
  const frame = useLabState(selectFrame);
  const heat = useLabState((state) => state.view.heat);
  const gaussian = useLabState(
    ({ models }) => models.find(({ id }) => id === generation.result.model)?.config.process.kind === 'gaussian',
  );
  const level = generation.layout.length - 1;
  return (
    <section className={stage.view} aria-label="How sure the network is">
      <h3>How sure it is</h3>
      <HeatMap
        {...{ frame, level, heat, gaussian }}
        layout={generation.layout}
        sample={answer}
        places={generation.result.free}
        onHeat={(value) => session.look({ heat: value })}
      />
    </section>
  );
}
