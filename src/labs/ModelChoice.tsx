import { useMemo, useState } from 'react';
import type { EngineClient, ModelSummary } from '../engine/types';
import { ModelPicker, type PickerState } from '../ui/ModelPicker';
import { pickerModel } from './pickerModel';

/** The model picker of a lab: knows what is loaded and kept at the moment it opens. */
export function ModelChoice(props: {
  engine: EngineClient;
  models: readonly ModelSummary[];
  value: string | null;
  onChange: (id: string) => void;
}) {
  const { engine, models, value, onChange } = props;
  const [states, setStates] = useState<Readonly<Record<string, PickerState>>>({});
  const items = useMemo(() => models.map(pickerModel), [models]);
  const refresh = () =>
    void engine.storage().then(
      (storage) =>
        setStates(
          Object.fromEntries(storage.models.map((one) => [one.id, { loaded: one.loaded, kept: one.keptBytes > 0 }])),
        ),
      // The list of models is worth showing without it.
      () => undefined,
    );
  return <ModelPicker models={items} value={value} onChange={onChange} states={states} onOpen={refresh} />;
}
