/** What a prior is asked for: words, choices, a seed. Dumb fields for every lab that samples. */
import { ActionIcon, Autocomplete, NumberInput, Select, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import type { VocabularyView } from '../engine/types';
import { IconDice5 } from '../ui/icons';
import { choiceSlots, examples, suggest, unknownWords, wordsSlot } from './prompt';
import classes from './PromptFields.module.css';

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A seed nobody thought of. */
const dice = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

type Condition = Readonly<Record<string, string>>;

interface FieldProps {
  readonly vocabulary: VocabularyView | null;
  readonly condition: Condition;
  /** @param gesture changes of one gesture belong together */
  readonly onChange: (condition: Condition, gesture?: string) => void;
}

/** Free words, with what the vocabulary offers. */
export function WordsField(
  props: FieldProps & {
    onEnd: () => void;
    /** Of the model, for a message. */
    title: string;
    /** What it says while it is empty. */
    placeholder: string;
    /** A few prompts to begin with. */
    starters?: boolean;
  },
) {
  const { vocabulary, condition, onChange, onEnd, title, placeholder, starters = true } = props;
  const slot = vocabulary && wordsSlot(vocabulary);
  const choices = useMemo(() => slot?.choices ?? [], [slot]);
  const text = slot ? (condition[slot.name] ?? '') : '';
  const suggestions = useMemo(() => suggest(text, choices, 8), [text, choices]);
  const unknown = useMemo(() => unknownWords(text, choices), [text, choices]);
  const offered = useMemo(() => (starters ? examples(choices, 5) : []), [choices, starters]);
  const change = (words: string, gesture?: string) => slot && onChange({ ...condition, [slot.name]: words }, gesture);
  const choiceOf = new Map(suggestions.map(({ text: line, choice }) => [line, choice]));
  return (
    <div className={classes.words}>
      <Autocomplete
        label="Words"
        placeholder={slot ? placeholder : 'The words come with the model'}
        value={text}
        disabled={!slot}
        data={suggestions.map(({ text: line }) => line)}
        filter={({ options }) => options}
        renderOption={({ option }) => choiceOf.get(option.value) ?? option.value}
        onChange={(words) => change(words, 'words')}
        onBlur={onEnd}
        maxLength={200}
        selectFirstOptionOnChange={false}
        data-testid="prompt"
      />
      {(starters || unknown.length > 0) && (
        <p className={classes.hint} aria-live="polite" data-testid="prompt-hint">
          {unknown.length > 0 ? (
            <span className={classes.unknown}>
              {title} does not know {unknown.map((word) => `"${word}"`).join(', ')}: the nearest word takes its place,
              or none.
            </span>
          ) : (
            offered.length > 0 && (
              <>
                Try{' '}
                {offered.map((word, i) => (
                  <span key={word}>
                    {i > 0 && ', '}
                    <button type="button" className={classes.starter} onClick={() => change(word)}>
                      {word}
                    </button>
                  </span>
                ))}
              </>
            )
          )}
        </p>
      )}
    </div>
  );
}

/** Style, group and the like: one choice each, or none. */
export function ChoiceFields({ vocabulary, condition, onChange }: FieldProps) {
  if (!vocabulary) return null;
  return choiceSlots(vocabulary).map(({ name, choices }) => (
    <Select
      key={name}
      size="xs"
      label={capitalize(name)}
      placeholder="any"
      clearable
      searchable
      data={[...choices]}
      value={choices.includes(condition[name] ?? '') ? (condition[name] ?? null) : null}
      onChange={(choice) => onChange({ ...condition, [name]: choice ?? '' })}
      className={classes.slot ?? ''}
      data-testid={`slot-${name}`}
    />
  ));
}

/** The seed, and a die for another one. */
export function SeedField(props: {
  value: number;
  onChange: (seed: number, gesture?: string) => void;
  onEnd: () => void;
}) {
  const { value, onChange, onEnd } = props;
  return (
    <span className={classes.seed}>
      <NumberInput
        size="xs"
        label="Seed"
        value={value}
        min={0}
        max={0xffffffff}
        allowDecimal={false}
        allowNegative={false}
        hideControls
        onChange={(next) => next !== '' && onChange(Math.min(0xffffffff, Number(next)), 'seed')}
        onBlur={onEnd}
        data-testid="seed"
      />
      <Tooltip label="Another seed">
        <ActionIcon aria-label="Another seed" onClick={() => onChange(dice())} data-testid="dice">
          <IconDice5 size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}
