import { Button, SegmentedControl, Switch } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { flattenAlpha } from '../../../image/picture';
import { resize } from '../../../image/resize';
import { NumberField } from '../../../ui/NumberField';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { ProgressLine } from '../../../ui/ProgressLine';
import { heatPicture } from '../../frames';
import stage from '../../Stage.module.css';
import { createFitting, shareOf, type FittingState } from '../fitting';
import { bestRun, spreadMap } from '../opinion';
import {
  FAULTS,
  isLarger,
  RESTORE_DEFAULTS,
  restoreQuestion,
  restoreScores,
  whyNoRestore,
  type RestoreQuestion,
  type RestoreSettings,
} from '../restore';
import { selectBusy, selectTokenizer } from '../store';
import { StillView } from './StillView';
import { useLab, useLabState } from './labState';
import classes from './RestorePanel.module.css';

/** The whole picture mended by latents alone: noise, blur, too few pixels. */
export default function RestorePanel() {
  const { context } = useLab();
  const [settings, setSettings] = useState(RESTORE_DEFAULTS);
  const fitting = useMemo(() => createFitting<RestoreQuestion | null>(context.engine), [context.engine]);
  // What was asked is known only once the engine has made the square.
  const [question, setQuestion] = useState<RestoreQuestion | null>(null);
  useEffect(() => () => fitting.cancel(), [fitting]);
  const state = useStore(fitting.store);
  const picture = useLabState(({ picture }) => picture);
  const tokenizer = useLabState(selectTokenizer);
  const seed = useLabState(({ spec }) => spec.seed);
  const filling = useLabState(selectBusy);
  const reason = whyNoRestore(tokenizer);
  if (!picture) return null;
  const ask = () =>
    void fitting.ask(null, async (signal) => {
      setQuestion(null);
      const whole = flattenAlpha(picture.image);
      const { input } = await context.engine.encode(tokenizer!.id, whole, {}, { signal });
      const made = restoreQuestion(settings, tokenizer!, whole, input, seed);
      setQuestion(made);
      return made.options;
    });
  const larger = tokenizer !== null && isLarger(settings, picture.image, tokenizer.resolution);
  return (
    <Panel
      title="Noisy, blurred, small"
      tessera="verdigris"
      lesson="No prior here either: codes are looked for whose picture, made noisy, blurred or small in the same way, is the one given. Of the whole picture, in the tokenizer's square."
      aside={
        state.busy ? (
          <Button onClick={() => fitting.cancel()} data-testid="restore-cancel">
            Cancel
          </Button>
        ) : (
          <Button disabled={reason !== null || filling} onClick={ask} data-testid="restore-ask">
            Mend it
          </Button>
        )
      }
    >
      <Settings settings={settings} larger={larger} onChange={(patch) => setSettings({ ...settings, ...patch })} />
      {reason && <p className={classes.note}>{reason}</p>}
      {state.failure && (
        <p className={classes.note} role="alert">
          {state.failure}
        </p>
      )}
      {state.busy && <Progress state={state} runs={settings.runs} />}
      {question && state.result && <Mended question={question} result={state.result} />}
    </Panel>
  );
}

function Settings(props: {
  settings: RestoreSettings;
  larger: boolean;
  onChange: (patch: Partial<RestoreSettings>) => void;
}) {
  const { settings, larger, onChange } = props;
  const { fault } = settings;
  const isSmall = fault === 'small 2×' || fault === 'small 4×';
  return (
    <div className={classes.settings}>
      <div className={classes.row}>
        <SegmentedControl
          aria-label="What is wrong with the picture"
          value={fault}
          onChange={(value) => onChange({ fault: value })}
          data={[...FAULTS]}
          data-testid="restore-fault"
        />
      </div>
      <div className={classes.row}>
        {fault === 'noise' && (
          <NumberField
            {...{ label: 'Noise', min: 2, max: 80, step: 1, value: settings.noise, testId: 'restore-noise' }}
            help="Standard deviation in grey levels of 255. Too high a guess smooths, too low a guess keeps noise."
            onChange={(noise) => onChange({ noise })}
            onEnd={() => undefined}
          />
        )}
        {fault === 'blur' && (
          <NumberField
            {...{ label: 'Blur', min: 0.5, max: 6, step: 0.5, value: settings.sigma, testId: 'restore-sigma' }}
            help="Standard deviation of a Gaussian blur, in pixels of the tokenizer's square."
            onChange={(sigma) => onChange({ sigma })}
            onEnd={() => undefined}
          />
        )}
        <NumberField
          {...{ label: 'Runs', min: 1, max: 8, step: 1, value: settings.runs, testId: 'restore-runs' }}
          help="Each starts from noise of its own. Where they disagree, what is given does not decide."
          onChange={(runs) => onChange({ runs })}
          onEnd={() => undefined}
        />
      </div>
      {isSmall ? (
        <p className={classes.note}>
          {larger
            ? 'This picture is larger than that: it is made small first, so the truth is known.'
            : 'The picture is small: it is taken as it is.'}
        </p>
      ) : (
        <Switch
          size="xs"
          label="The picture is good: spoil it first, and compare with the truth"
          checked={settings.spoil}
          onChange={(event) => onChange({ spoil: event.currentTarget.checked })}
          data-testid="restore-spoil"
        />
      )}
    </div>
  );
}

function Progress({ state: { report }, runs }: { state: FittingState<unknown>; runs: number }) {
  return (
    <ProgressLine
      fraction={report ? shareOf(report, runs) : null}
      message={report ? `run ${report.run + 1} of ${runs}, ${report.loss.toFixed(1)} grey levels off` : 'getting ready'}
      testId="restore-progress"
    />
  );
}

function Mended(props: { question: RestoreQuestion; result: NonNullable<FittingState<unknown>['result']> }) {
  const { question, result } = props;
  const { width, height } = result.mean;
  const views = useMemo(() => {
    const given = resize(question.given, width, height);
    return {
      given,
      scores: restoreScores(question, result, given),
      map: heatPicture(spreadMap(result), width, height, 1),
    };
  }, [question, result, width, height]);
  const { scores } = views;
  const db = (value: number | undefined) => (value === undefined ? '' : ` ${value.toFixed(2)} dB against the truth.`);
  const spread = result.spread.reduce((sum, value) => sum + value, 0) / result.spread.length;
  return (
    <div className={stage.views} data-testid="restored">
      <StillView title="What is given" note={`${sizeOf(question)}.${db(scores?.given)}`} picture={views.given} />
      <StillView title="The closest run" note={`From its codes.${db(scores?.best)}`} picture={bestRun(result)} />
      <StillView
        title="Mean of the runs"
        note={`${result.images.length} runs.${db(scores?.mean)}`}
        picture={result.mean}
      />
      <section className={stage.view} aria-label="Where the runs disagree">
        <h3>Where they disagree</h3>
        <div className={stage.stage}>
          <PictureCanvas
            picture={views.map}
            label={`Spread over the runs, light is uncertain; ${spread.toFixed(1)} grey levels on average`}
          />
        </div>
        <p className={stage.foot}>{spread.toFixed(1)} grey levels on average</p>
      </section>
      {question.truth && <StillView title="The truth" note="What was spoilt." picture={question.truth} />}
    </div>
  );
}

const sizeOf = ({ given, settings }: RestoreQuestion): string =>
  settings.fault === 'noise'
    ? `Noise of ${settings.noise} grey levels`
    : settings.fault === 'blur'
      ? `A blur of ${settings.sigma} px`
      : `${given.width} × ${given.height} pixels, enlarged`;
