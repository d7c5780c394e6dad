import { ActionIcon, NumberInput, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { completions } from '../../../diffusion/exact';
import { formatMs } from '../../../ui/format';
import { IconDice5 } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { FILLERS, HOLE_STEPS, lowerHalf, SAMPLES, SHOWN, world, type FillerName } from './ask';
import { percent } from './judge';
import { MapPicture, TileGrid } from './Tile';
import { JobButton, JobState, useTiles, useTilesState } from './tilesState';
import classes from './TilesPanel.module.css';

const FILLER_WORDS: Readonly<Record<FillerName, { readonly title: string; readonly help: string }>> = {
  diffusion: {
    title: `Mask and replace, ${HOLE_STEPS} steps`,
    help: 'The known codes are noised as far as each step, and known to be certain: every place sees the lower half.',
  },
  raster: {
    title: 'One after the other, from the top',
    help: 'Each code sees only what stands before it: the upper half is drawn before the lower half is looked at.',
  },
};

const LEARNT_WORDS = {
  title: `Mask and replace, ${HOLE_STEPS} steps, learnt`,
  help: 'The known codes are noised as far as each step. The network is not told which of them are certain: it has what the state shows.',
};

/** The lower half is given, the upper half to be found. */
export function HolePanel() {
  const { store, session } = useTiles();
  const map = useTilesState((state) => state.holeMap);
  const hole = useTilesState((state) => state.hole);
  const seed = useTilesState((state) => state.settings.seed);
  const denoiser = useTilesState((state) => state.settings.denoiser);
  const given = useMemo(() => lowerHalf(map), [map]);
  const possible = useMemo(() => completions(world, given).length, [given]);
  const made = useMemo(() => (hole ? completions(world, lowerHalf(hole.map)).length : 0), [hole]);
  const setMap = (number: number) => store.setState({ holeMap: number });
  return (
    <Panel
      title="The hole"
      tessera="terracotta"
      lesson="The lower half of a map is given, the upper half is to be found. Diffusion looks at both halves in every step; raster order is at the lower half when it is too late."
      aside={
        <>
          {hole && (hole.map !== map || hole.seed !== seed || hole.denoiser !== denoiser) && (
            <span className={classes.stale}>made with another map, seed or denoiser</span>
          )}
          <JobButton kind="hole" label="Fill the hole" onStart={() => void session.fill()} />
        </>
      }
    >
      <div className={classes.given}>
        <div className={classes.half}>
          <MapPicture codes={given} label={`Lower half of map ${map + 1}; the upper half is a hole`} />
        </div>
        <div className={classes.field}>
          <div className={classes.pair}>
            <NumberInput
              size="xs"
              label="Map"
              value={map + 1}
              min={1}
              max={world.count}
              allowDecimal={false}
              allowNegative={false}
              onChange={(value) => {
                const number = Number(value);
                if (value !== '' && number >= 1 && number <= world.count) setMap(number - 1);
              }}
              data-testid="tiles-map"
            />
            <Tooltip label="Another map">
              <ActionIcon
                aria-label="Another map"
                onClick={() => setMap((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % world.count)}
              >
                <IconDice5 size={17} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
          </div>
          <p className={classes.note} data-testid="tiles-completions">
            {possible === 1 ? 'One map has' : `${possible} maps have`} this lower half. {SAMPLES} answers each, seed{' '}
            {seed}.
          </p>
        </div>
      </div>
      <JobState kind="hole" />
      {hole && (
        <div className={classes.fillers}>
          {FILLERS.map((filler) => {
            const answer = hole.answers[filler];
            const { title, help } =
              filler === 'diffusion' && hole.denoiser === 'learnt' ? LEARNT_WORDS : FILLER_WORDS[filler];
            return (
              <section key={filler} aria-label={title} data-testid={`tiles-${filler}`}>
                <h3 className={classes.filler}>{title}</h3>
                <p className={classes.note}>{help}</p>
                {answer ? (
                  <>
                    <dl className={classes.facts}>
                      <dt>Valid</dt>
                      <dd>
                        {percent(answer.score)} ({answer.score.valid} of {answer.score.samples})
                      </dd>
                      <dt>Different valid completions</dt>
                      <dd>
                        {answer.score.distinct} of {made}
                      </dd>
                      <dt>Passes</dt>
                      <dd>
                        {answer.timings.passes} in {formatMs(answer.timings.sampleMs)}
                      </dd>
                    </dl>
                    <TileGrid codes={answer.codes} seed={hole.seed} label={`${SHOWN} answers: ${title}`} />
                  </>
                ) : (
                  <p className={classes.empty}>Not filled yet.</p>
                )}
              </section>
            );
          })}
        </div>
      )}
    </Panel>
  );
}
