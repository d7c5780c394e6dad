import { useEffect } from 'react';
import { sameValue } from '../../../experiment/spec';
import { formatMs } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { StepScrubber } from '../../../ui/StepScrubber';
import { SAMPLER_WORDS } from '../samplers';
import { SAMPLES, samplerKind, SHOWN, titleOf } from './ask';
import { Controls } from './Controls';
import { denoiserWords, percent } from './judge';
import { selectAt, type TileRun, type TilesStore } from './store';
import { TileGrid } from './Tile';
import { JobButton, JobState, useTiles, useTilesState } from './tilesState';
import classes from './TilesPanel.module.css';

/** Time between two states that are played. */
const STEP_MS = 180;

/** Maps out of noise, step by step, and how many of them are in the world. */
export function SamplesPanel() {
  const { store, session } = useTiles();
  const run = useTilesState((state) => state.run);
  const settings = useTilesState((state) => state.settings);
  const at = useTilesState(selectAt);
  const playing = useTilesState((state) => state.playing);
  usePlay(store, playing);
  const frames = run?.frames ?? [];
  const frame = frames[at];
  const labelOf = (index: number) => {
    const one = frames[index];
    if (!one) return '–';
    const time = one.time === 0 ? 'done' : one.step === 0 ? 'noise' : `t = ${Math.round(one.time)}`;
    return `Step ${one.step} of ${one.steps}, ${time}`;
  };
  return (
    <Panel
      title="Maps out of noise"
      tessera="verdigris"
      lesson={`${SAMPLES} samples are drawn and the first ${SHOWN} shown. A sample is valid where it is one of the maps; in one that is not, squares mark the places that differ from the nearest map.`}
      aside={
        <>
          {run && !sameValue(run.settings, settings) && <span className={classes.stale}>made with other settings</span>}
          <JobButton kind="samples" label="Generate" onStart={() => void session.generate()} />
        </>
      }
    >
      <Controls />
      <JobState kind="samples" />
      {run && frame ? (
        <>
          {run.score && run.timings && <Headline run={run} />}
          <TileGrid codes={frame.codes} seed={run.settings.seed} label={`${SHOWN} samples, ${labelOf(at)}`} />
          <StepScrubber
            count={frames.length}
            at={at}
            onChange={(index) => store.setState({ at: index, playing: 0 })}
            playing={playing}
            onPlay={(direction) => store.setState({ playing: direction })}
            labelOf={labelOf}
          />
        </>
      ) : (
        <p className={classes.empty}>Nothing yet: press Generate.</p>
      )}
    </Panel>
  );
}

function Headline({ run: { settings, learntSteps, score, timings } }: { run: TileRun }) {
  if (!score || !timings) return null;
  const { process, replaceShare, numSteps, seed } = settings;
  const share = process === 'mask-replace' ? ` (${replaceShare.toFixed(2)} replaced)` : '';
  return (
    <ReadoutRow label="Of all samples">
      <Readout
        label="Valid"
        value={percent(score)}
        note={`${score.valid} of ${score.samples}, ${score.distinct} different maps`}
        testId="tiles-validity"
      />
      <Readout
        label="Made by"
        value={`${timings.passes} ${timings.passes === 1 ? 'step' : 'steps'}`}
        note={`${titleOf(process)}${share}, ${SAMPLER_WORDS[samplerKind(settings)].title}${timings.passes === numSteps ? '' : `, asked for ${numSteps}`}, seed ${seed}, ${denoiserWords(learntSteps)}`}
      />
      <Readout
        label="Time"
        value={formatMs(timings.sampleMs)}
        note={`for ${score.samples} samples${timings.warm ? '' : ', first run'}`}
      />
    </ReadoutRow>
  );
}

/** Moves the scrubber by itself while it plays; it stops at either end, and begins anew from there. */
function usePlay(store: TilesStore, playing: 1 | -1 | 0): void {
  useEffect(() => {
    if (playing === 0) return;
    const last = () => (store.getState().run?.frames.length ?? 0) - 1;
    const begin = selectAt(store.getState());
    if (playing === 1 && begin >= last()) store.setState({ at: 0 });
    if (playing === -1 && begin <= 0) store.setState({ at: last() });
    const timer = setInterval(() => {
      const at = Math.max(0, Math.min(last(), selectAt(store.getState()) + playing));
      store.setState({ at, playing: at <= 0 || at >= last() ? 0 : playing });
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [store, playing]);
}
