import { Select, Switch } from '@mantine/core';
import { Panel } from '../../../ui/Panel';
import { KnobFields, SamplerSelect } from '../../SamplerFields';
import {
  knobsOf,
  replaceKnob,
  SAMPLER_WORDS,
  samplerName,
  SCHEDULE_WORDS,
  scheduleName,
  schedulesOf,
  type KnobField,
} from '../samplers';
import type { ScheduleName } from '../spec';
import { selectModel } from '../store';
import { useLab, useLabState, useSetView } from './labState';
import { SchedulePlot } from './SchedulePlot';

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
  const fields = {
    values: spec,
    onChange: (field: KnobField, value: number) => session.change({ [field]: value }, field),
    onEnd: () => session.endGesture(),
  };
  return (
    <Panel title="How it is drawn" tessera="ochre" lesson={SAMPLER_WORDS[sampler].help}>
      <SamplerSelect model={model} value={sampler} onChange={(value) => session.change({ sampler: value })} />
      <KnobFields knobs={knobsOf(spec, model)} {...fields} />
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
          {replaced && <KnobFields knobs={[replaced]} {...fields} />}
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
