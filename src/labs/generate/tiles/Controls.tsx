import { ActionIcon, NumberInput, SegmentedControl, Select, Slider, Tooltip } from '@mantine/core';
import { NumberField } from '../../../ui/NumberField';
import { IconDice5 } from '../../../ui/icons';
import { SAMPLER_WORDS } from '../samplers';
import { DenoiserSwitch } from './DenoiserSwitch';
import { PROCESSES, samplerKind, samplersFor, STEP_CHOICES, TIMES } from './ask';
import { useTiles, useTilesState } from './tilesState';
import classes from './TilesPanel.module.css';

const MAX_SEED = 0xffffffff;

/** A seed nobody thought of. */
const dice = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** Noise, sampler, steps, seed. A change runs nothing. */
export function Controls() {
  const { session } = useTiles();
  const settings = useTilesState((state) => state.settings);
  const { process, replaceShare, numSteps, seed } = settings;
  const sampler = samplerKind(settings);
  return (
    <>
      <DenoiserSwitch />
      <div className={classes.controls}>
        <div className={classes.field}>
          <span className={classes.label} id="tiles-process">
            Noise process
          </span>
          <SegmentedControl
            aria-labelledby="tiles-process"
            value={process}
            onChange={(value) => session.change({ process: value })}
            data={PROCESSES.map(({ name, title }) => ({ value: name, label: title }))}
            data-testid="tiles-process"
          />
          <p className={classes.note}>{PROCESSES.find(({ name }) => name === process)?.help}</p>
        </div>
        <div className={classes.field}>
          <span className={classes.label}>Replaced rather than masked: {replaceShare.toFixed(2)}</span>
          <Slider
            min={0}
            max={1}
            step={0.01}
            size={6}
            thumbSize={18}
            label={null}
            value={replaceShare}
            disabled={process !== 'mask-replace'}
            onChange={(value) => session.change({ replaceShare: value })}
            thumbLabel="Replaced rather than masked"
            thumbProps={{ 'aria-valuetext': replaceShare.toFixed(2) }}
            data-testid="tiles-share"
          />
          <p className={classes.note}>Of mask and replace, at the end of the noise. The paper: 0.10.</p>
        </div>
        <div className={classes.field}>
          <Select
            size="xs"
            label="Sampler"
            allowDeselect={false}
            data={samplersFor(settings).map((name) => ({ value: name, label: SAMPLER_WORDS[name].title }))}
            value={sampler}
            onChange={(value) => value && session.change({ sampler: value })}
            data-testid="tiles-sampler"
          />
          <p className={classes.note}>{SAMPLER_WORDS[sampler].help}</p>
        </div>
        <div className={classes.field}>
          <span className={classes.label} id="tiles-steps">
            Steps
          </span>
          <SegmentedControl
            aria-labelledby="tiles-steps"
            value={STEP_CHOICES.includes(numSteps) ? String(numSteps) : ''}
            onChange={(value) => session.change({ numSteps: Number(value) })}
            data={STEP_CHOICES.map(String)}
            data-testid="tiles-steps"
          />
          <div className={classes.pair}>
            <NumberField
              label="Or any number"
              help="How many times the truth is asked, at most as often as the noise has times."
              min={1}
              max={TIMES}
              step={1}
              value={numSteps}
              onChange={(value) => session.change({ numSteps: value })}
              onEnd={() => undefined}
              testId="tiles-num-steps"
            />
            <NumberInput
              size="xs"
              label="Seed"
              value={seed}
              min={0}
              max={MAX_SEED}
              allowDecimal={false}
              allowNegative={false}
              hideControls
              onChange={(value) => value !== '' && session.change({ seed: Math.min(MAX_SEED, Number(value)) })}
              data-testid="tiles-seed"
            />
            <Tooltip label="Another seed">
              <ActionIcon aria-label="Another seed" onClick={() => session.change({ seed: dice() })}>
                <IconDice5 size={17} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
          </div>
        </div>
      </div>
    </>
  );
}
