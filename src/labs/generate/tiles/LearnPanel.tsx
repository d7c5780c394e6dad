import { Button } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { LearntTiles, TilesPoint } from '../../../engine/types';
import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { SAMPLER_WORDS } from '../samplers';
import { learntFor, samplerKind, SCORE_STEPS, SHOWN, titleOf } from './ask';
import { TileGrid } from './Tile';
import { JobState, useTiles, useTilesState } from './tilesState';
import classes from './TilesPanel.module.css';

const LearnChart = lazy(() => import('./LearnChart'));

/** Of the samples that are drawn while it learns, as in the engine: the same noise every time. */
const SCORE_SEED = 7;

/** A network learns the world in the tab, and one sees how far it is. */
export function LearnPanel() {
  const settings = useTilesState((state) => state.settings);
  const own = useTilesState((state) => learntFor(state.learnt, state.settings));
  return (
    <Panel
      title="Learn it"
      tessera="ochre"
      lesson="Here nothing is computed from the truth: a small network sees maps with noise on them, guesses what they were, and is told. A fifth of the maps it is never shown; where its samples are valid maps of that fifth, it has learnt the rules of the world and not its maps."
      aside={<LearnButtons own={own} />}
    >
      <JobState kind="learning" />
      {own && own.curve.length > 0 ? (
        <>
          <Standing learnt={own} />
          <Suspense fallback={null}>
            <LearnChart curve={own.curve} leastLoss={own.leastLoss} />
          </Suspense>
          <TileGrid codes={own.codes} seed={SCORE_SEED} label={`${SHOWN} samples as it draws them now`} />
          <p className={classes.note}>
            Samples: {SAMPLER_WORDS[samplerKind(settings)].title}, {Math.min(SCORE_STEPS, settings.numSteps)} steps, the
            same noise each time; squares mark what differs from the nearest map. Loss: −log p(x0 | xt) in bits per
            code, the auxiliary term of D3PM&apos;s objective alone (Austin et al. 2021, equation 5), over all times
            alike. No network can get below the dashed line, the exact denoiser of the maps that are shown; one that
            does has been lucky in a batch. {formatInteger(own.parameters)} numbers are learnt by Adam, {own.backend}.
          </p>
        </>
      ) : (
        <p className={classes.empty}>
          Nothing is learnt of {titleOf(settings.process).toLowerCase()} yet: press Learn, or take weights that were
          learnt before.
        </p>
      )}
    </Panel>
  );
}

function LearnButtons({ own }: { own: LearntTiles | null }) {
  const { session } = useTiles();
  const running = useTilesState((state) => state.job?.kind ?? null);
  if (running === 'learning')
    return (
      <Button variant="default" onClick={() => session.stop()} data-testid="tiles-pause">
        Pause
      </Button>
    );
  const busy = running !== null;
  return (
    <>
      <Button
        variant="default"
        disabled={busy}
        onClick={() => void session.learn('shipped')}
        data-testid="tiles-shipped"
      >
        Take learnt weights
      </Button>
      {own && (
        <Button
          variant="default"
          disabled={busy}
          onClick={() => void session.learn('scratch')}
          data-testid="tiles-anew"
        >
          Start over
        </Button>
      )}
      <Button
        variant="filled"
        className={classes.start ?? ''}
        disabled={busy}
        onClick={() => void session.learn(own ? 'kept' : 'scratch')}
        data-testid="tiles-learn"
      >
        {own ? 'Go on' : 'Learn'}
      </Button>
    </>
  );
}

/** The newest point that has what is asked for. */
const latest = <K extends 'loss' | 'score' | 'examplesPerSecond'>(curve: readonly TilesPoint[], name: K) =>
  curve.findLast((point) => point[name] !== null)?.[name] ?? null;

function Standing({ learnt }: { learnt: LearntTiles }) {
  const { curve, steps, shown, heldOut, leastLoss, origin } = learnt;
  const [score, loss, speed] = [latest(curve, 'score'), latest(curve, 'loss'), latest(curve, 'examplesPerSecond')];
  const seconds = (curve.at(-1)?.trainedMs ?? 0) / 1000;
  return (
    <ReadoutRow label="How far it is">
      <Readout
        label="Valid"
        value={score ? `${((100 * score.valid) / score.samples).toFixed(0)} %` : '–'}
        note={score ? `${score.valid} of ${score.samples} samples` : 'not drawn yet'}
        testId="tiles-learn-valid"
      />
      <Readout
        label="Never shown"
        value={score ? `${score.neverShown} of ${score.valid} valid` : '–'}
        note={`learns from ${shown} maps, ${heldOut} are held back`}
        testId="tiles-learn-new"
      />
      <Readout
        label="To the nearest map"
        value={score ? `${score.meanDistance.toFixed(2)} places` : '–'}
        note="mean over the samples"
      />
      <Readout
        label="Loss"
        value={loss === null ? '–' : `${loss.toFixed(3)} bits`}
        note={`exact: ${leastLoss.toFixed(3)}`}
        testId="tiles-learn-loss"
      />
      <Readout
        label="Steps"
        value={formatInteger(steps)}
        note={`${seconds.toFixed(0)} s${speed === null ? '' : `, ${formatInteger(Math.round(speed))} maps a second`}${origin === 'shipped' ? ', from shipped weights' : ''}`}
        testId="tiles-learn-steps"
      />
    </ReadoutRow>
  );
}
