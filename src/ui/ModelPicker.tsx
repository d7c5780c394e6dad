import { Button, Popover, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { formatBytes } from './format';
import { IconChevronDown } from './icons';
import classes from './ModelPicker.module.css';

/** What the picker shows of a model; any lab can fill it in. */
export interface PickerModel {
  readonly id: string;
  readonly title: string;
  readonly sizeBytes: number;
  /** What it was trained on, in a few words; empty where it is not known. */
  readonly data: string;
  /** The main scores, as text: "29.26 dB", "SSIM 0.934". */
  readonly scores: readonly string[];
  readonly licence: string;
  readonly local: boolean;
}

/** What there is of a model on this machine. */
export interface PickerState {
  readonly loaded: boolean;
  readonly kept: boolean;
}

/** Moves the focus among the options with the arrow keys, as a list box does. */
function onListKey(event: React.KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const options = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="option"]')];
  const at = options.indexOf(document.activeElement as HTMLElement);
  options[Math.min(options.length - 1, Math.max(0, at + step))]?.focus();
}

/** Chooses a model by what it costs and how good it is, not by its name alone. */
export function ModelPicker(props: {
  models: readonly PickerModel[];
  value: string | null;
  onChange: (id: string) => void;
  /** By model id; asked for each time the list opens, since it changes elsewhere. */
  states: Readonly<Record<string, PickerState>>;
  onOpen?: () => void;
}) {
  const { models, value, onChange, states, onOpen } = props;
  const [opened, setOpened] = useState(false);
  const current = models.find(({ id }) => id === value);
  const toggle = (open: boolean) => {
    setOpened(open);
    if (open) onOpen?.();
  };
  const choose = (id: string) => {
    toggle(false);
    if (id !== value) onChange(id);
  };
  return (
    <Popover
      width="min(390px, calc(100vw - 28px))"
      position="bottom-end"
      withArrow
      trapFocus
      returnFocus
      opened={opened}
      onChange={toggle}
    >
      <Popover.Target>
        <Button
          rightSection={<IconChevronDown size={15} stroke={1.7} />}
          classNames={{ root: classes.button ?? '', label: classes.current ?? '' }}
          aria-haspopup="listbox"
          aria-label={`Model: ${current?.title ?? 'none'}`}
          onClick={() => toggle(!opened)}
          data-testid="model-picker"
        >
          {current?.title ?? 'Choose a model'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div role="listbox" aria-label="Models" className={classes.list} onKeyDown={onListKey}>
          {models.map((model) => (
            <Option
              key={model.id}
              model={model}
              state={states[model.id]}
              selected={model.id === value}
              onChoose={() => choose(model.id)}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Option(props: {
  model: PickerModel;
  state: PickerState | undefined;
  selected: boolean;
  onChoose: () => void;
}) {
  const { model, state, selected, onChoose } = props;
  const { title, data, scores, licence, local, sizeBytes } = model;
  const place = local ? 'your own' : state?.loaded ? 'loaded' : state?.kept ? 'kept in this browser' : 'download';
  return (
    <UnstyledButton
      role="option"
      aria-selected={selected}
      className={classes.option}
      onClick={onChoose}
      data-testid={`pick-${model.id}`}
      data-autofocus={selected || undefined}
    >
      <span className={classes.title}>{title}</span>
      <span className={classes.scores}>{scores.join(', ')}</span>
      <span className={classes.facts}>{[data, licence].filter(Boolean).join(', ')}</span>
      <span className={classes.place} data-ready={state?.loaded || undefined}>
        {formatBytes(sizeBytes)}, {place}
      </span>
    </UnstyledButton>
  );
}
