import { Select, Switch } from '@mantine/core';
import { samplersOf } from '../../../diffusion/samplers';
import { NumberField } from '../../../ui/NumberField';
import { Panel } from '../../../ui/Panel';
import {
  knobsOf,
  replaceKnob,
  SAMPLER_WORDS,
  samplerName,
  SCHEDULE_WORDS,
  scheduleName,
  schedulesOf,
  type Knob,
} from '../samplers';
import type { ScheduleName } from '../spec';
import { selectModel } from '../store';
import { useLab, useLabState, useSetView } from './labState';
import { SchedulePlot } from './SchedulePlot';
import classes from './SettingsPanel.module.css';

/** How it is drawn: sampler, knobs, schedule. */
export function SettingsPanel() {
  const { session } = useLab();
  const spec = useLabState((state) => state.spec);
  const model = useLabState(selectModel);
  const drawLive = useLabState((state) => state.view.drawLive);
  const setView = useSetView();
  if (!model) return null;
  const sampler = samplerName(spec, model);
  const schedules = schedulesOf(spec, model);
  const replaced = replaceKnob(spec, model);
  const field = (knob: Knob) => (
    <NumberField
      key={knob.field}
      {...knob}
      value={Math.min(knob.max, spec[knob.field])}
      onChange={(value) => session.change({ [knob.field]: value }, knob.field)}
      onEnd={() => session.endGesture()}
      testId={`knob-${knob.field}`}
    />
  );
  return (
    <Panel title="How it is drawn" tessera="ochre" lesson={SAMPLER_WORDS[sampler].help}>
      <Select
        size="xs"
        label="Sampler"
        allowDeselect={false}
        data={samplersOf(model.config.process.kind).map((name) => ({ value: name, label: SAMPLER_WORDS[name].title }))}
        value={sampler}
        onChange={(value) => session.change({ sampler: value })}
        data-testid="sampler"
      />
      <div className={classes.knobs}>{knobsOf(spec, model).map(field)}</div>
      {schedules.length > 1 && (
        <>
          <Select
            size="xs"
            label="Noise schedule"
            allowDeselect={false}
            data={schedules.map((name) => ({ value: name, label: SCHEDULE_WORDS[name] }))}
            value={scheduleName(spec, model)}
            onChange={(value) => session.change({ schedule: value as ScheduleName })}
            data-testid="schedule"
          />
          {replaced && field(replaced)}
          <SchedulePlot />
        </>
      )}
      <Switch
        size="xs"
        label="Pictures of each step while it runs (slower)"
        checked={drawLive}
        onChange={(event) => setView({ drawLive: event.currentTarget.checked })}
      />
    </Panel>
  );
}
