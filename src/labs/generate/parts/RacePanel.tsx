import { ActionIcon, Button, NumberInput, Select } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { samplersOf } from '../../../diffusion/samplers';
import { formatInteger, formatMs } from '../../../ui/format';
import { IconPlus, IconX } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { ProgressLine } from '../../../ui/ProgressLine';
import { laneModel, MOST_LANES, raceEntries, racePresets, tokensPerSecond, type Lane } from '../race';
import { SAMPLER_WORDS, samplerName } from '../samplers';
import type { RaceEntry } from '../spec';
import { selectModel } from '../store';
import { useLab, useLabState } from './labState';
import primary from '../../primary.module.css';
import classes from './RacePanel.module.css';

const RaceChart = lazy(() => import('./RaceChart'));

/** The same words and seed through up to four samplers or models: time, passes, codes a second, and the pictures. */
export function RacePanel() {
  const { session } = useLab();
  const spec = useLabState((state) => state.spec);
  const model = useLabState(selectModel);
  const models = useLabState((state) => state.models);
  const lanes = useLabState((state) => state.race);
  const capabilities = useLabState((state) => state.capabilities);
  if (!model) return null;
  const entries = raceEntries(spec, model, models);
  const racing = lanes.some(({ status }) => status === 'running');
  const change = (race: readonly RaceEntry[]) => session.change({ race: [...race] }, 'race');
  const patch = (at: number, part: Partial<RaceEntry>) =>
    change(entries.map((entry, i) => (i === at ? { ...entry, ...part } : entry)));
  const software = capabilities && (capabilities.isFallbackAdapter || capabilities.backend !== 'webgpu');
  const scored = lanes.filter(({ timings, bitsPerToken }) => timings && bitsPerToken !== null);
  return (
    <Panel
      title="The race"
      tessera="lapis"
      lesson="The same words and seed, one lane after the other on this machine. Fewer passes are faster; look at the pictures to see what they cost."
      aside={
        <>
          {racePresets(model, models).map(({ title, entries: preset }) => (
            <Button key={title} disabled={racing} onClick={() => change(preset)}>
              {title}
            </Button>
          ))}
          {racing ? (
            <Button onClick={() => session.pause()} data-testid="race-stop">
              Stop
            </Button>
          ) : (
            <Button
              variant="filled"
              classNames={{ root: primary.button ?? '' }}
              disabled={entries.length === 0}
              onClick={() => void session.race()}
              data-testid="race-start"
            >
              {lanes.some(({ timings }) => timings) ? 'Race again' : 'Race'}
            </Button>
          )}
        </>
      }
    >
      {software && (
        <p className={classes.note} role="note">
          These times are of software on a CPU ({capabilities.adapter}): they compare with each other, not with a GPU.
        </p>
      )}
      <div className={classes.lanes} data-testid="race">
        {entries.map((entry, at) => {
          const own = laneModel(entry, model, models);
          const sampler = samplerName({ sampler: entry.sampler }, own);
          return (
            <section key={at} className={classes.lane} aria-label={`Lane ${at + 1}`}>
              <div className={classes.choice}>
                <Select
                  size="xs"
                  aria-label={`Model of lane ${at + 1}`}
                  allowDeselect={false}
                  disabled={racing}
                  data={models.map(({ id, title }) => ({ value: id, label: title }))}
                  value={own.id}
                  onChange={(id) => patch(at, { model: id, sampler: null })}
                />
                <ActionIcon
                  aria-label={`Remove lane ${at + 1}`}
                  disabled={racing}
                  onClick={() => change(entries.filter((_, i) => i !== at))}
                >
                  <IconX size={14} />
                </ActionIcon>
                <Select
                  size="xs"
                  aria-label={`Sampler of lane ${at + 1}`}
                  allowDeselect={false}
                  disabled={racing}
                  data={samplersOf(own.config.process.kind).map((name) => ({
                    value: name,
                    label: SAMPLER_WORDS[name].title,
                  }))}
                  value={sampler}
                  onChange={(name) => patch(at, { sampler: name })}
                />
                <NumberInput
                  size="xs"
                  aria-label={`Steps of lane ${at + 1}`}
                  min={1}
                  max={1000}
                  allowDecimal={false}
                  disabled={racing || sampler === 'autoregressive'}
                  value={sampler === 'autoregressive' ? own.codeCount : entry.numSteps}
                  onChange={(value) => Number(value) >= 1 && patch(at, { numSteps: Math.round(Number(value)) })}
                  onBlur={() => session.endGesture()}
                  hideControls
                />
              </div>
              {lanes[at] && <LaneResult lane={lanes[at]} />}
            </section>
          );
        })}
        {entries.length < MOST_LANES && (
          <Button
            className={classes.add ?? ''}
            leftSection={<IconPlus size={14} />}
            disabled={racing}
            onClick={() => change([...entries, { model: null, sampler: null, numSteps: spec.numSteps }])}
          >
            Add a lane
          </Button>
        )}
      </div>
      {scored.length > 1 && (
        <Suspense fallback={null}>
          <RaceChart lanes={scored} />
        </Suspense>
      )}
      {lanes.some(({ timings }) => timings) && (
        <p className={classes.note}>
          {scored.length > 0
            ? 'Bits per token is the held-out bound of the model card: a score of the model, which all its samplers share. How much a short run loses shows in the pictures alone.'
            : 'The cards of these models have no held-out score, so there is no chart of time against quality.'}
        </p>
      )}
    </Panel>
  );
}

const statusWords: Record<Lane['status'], string> = {
  ...{ waiting: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed', stopped: 'Stopped' },
};

function LaneResult({ lane }: { lane: Lane }) {
  const { status, timings, images, problem, fraction, bitsPerToken } = lane;
  const speed = tokensPerSecond(lane);
  return (
    <>
      <h3 className={classes.title}>{lane.title}</h3>
      {status === 'running' && <ProgressLine fraction={fraction} message="Running" />}
      {problem !== null && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {images.length > 0 && (
        <div className={classes.images}>
          {images.slice(0, 4).map((image, i) => (
            <PictureCanvas key={i} picture={image} label={`${lane.title}, sample ${i + 1}`} />
          ))}
        </div>
      )}
      {timings && speed !== null ? (
        <dl className={classes.facts}>
          <dt>Time</dt>
          <dd data-testid="lane-time">
            {formatMs(timings.sampleMs)}
            {timings.warm ? '' : ' (first run)'}
          </dd>
          <dt>Passes</dt>
          <dd>{timings.passes}</dd>
          <dt>Codes a second</dt>
          <dd>{formatInteger(speed)}</dd>
          <dt>Held out</dt>
          <dd>{bitsPerToken === null ? 'not on the card' : `${bitsPerToken.toFixed(2)} bits`}</dd>
        </dl>
      ) : (
        status !== 'running' && problem === null && <p className={classes.note}>{statusWords[status]}.</p>
      )}
    </>
  );
}
