import { Select } from '@mantine/core';
import { samplersOf } from '../diffusion/samplers';
import type { PriorSummary } from '../engine/types';
import type { SamplerName } from '../experiment/sampling';
import { NumberField } from '../ui/NumberField';
import { SAMPLER_WORDS, type Knob } from './samplers';
import classes from './SamplerFields.module.css';

/** The samplers that a model's process has. */
export function SamplerSelect(props: {
  model: PriorSummary;
  value: SamplerName;
  onChange: (sampler: SamplerName) => void;
}) {
  const { model, value, onChange } = props;
  return (
    <Select
      size="xs"
      label="Sampler"
      allowDeselect={false}
      data={samplersOf(model.config.process.kind).map((name) => ({ value: name, label: SAMPLER_WORDS[name].title }))}
      value={value}
      onChange={(name) => name && onChange(name)}
      data-testid="sampler"
    />
  );
}

/** A table of knobs as fields. */
export function KnobFields<Field extends string>(props: {
  knobs: readonly Knob<Field>[];
  values: Readonly<Record<Field, number>>;
  onChange: (field: Field, value: number) => void;
  onEnd: () => void;
}) {
  const { knobs, values, onChange, onEnd } = props;
  return (
    <div className={classes.knobs}>
      {knobs.map((knob) => (
        <NumberField
          key={knob.field}
          {...knob}
          value={Math.min(knob.max, values[knob.field])}
          onChange={(value) => onChange(knob.field, value)}
          onEnd={onEnd}
          testId={`knob-${knob.field}`}
        />
      ))}
    </div>
  );
}
