import { ActionIcon, Autocomplete, Button, NumberInput, Select, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { IconDice5, IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '../../../ui/icons';
import { choiceSlots, examples, suggest, unknownWords, wordsSlot } from '../prompt';
import { leaveField } from './useKeys';
import { selectBusy, selectModel, selectNode, selectVocabulary } from '../store';
import { useLab, useLabState } from './labState';
import primary from './primary.module.css';
import classes from './PromptBox.module.css';

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A seed nobody thought of. */
const dice = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

/** What to draw: words, style, group, seed; and the button that draws it. */
export function PromptBox() {
  const { session } = useLab();
  const condition = useLabState((state) => state.spec.condition);
  const seed = useLabState((state) => state.spec.seed);
  const vocabulary = useLabState(selectVocabulary);
  const say = (slot: string, text: string, gesture?: string) =>
    session.change({ condition: { ...condition, [slot]: text } }, gesture);
  return (
    <form
      className={classes.box}
      aria-label="What to draw"
      onSubmit={(event) => {
        event.preventDefault();
        leaveField();
        void session.generate();
      }}
    >
      <Words />
      <div className={classes.row}>
        {vocabulary &&
          choiceSlots(vocabulary).map(({ name, choices }) => (
            <Select
              key={name}
              size="xs"
              label={capitalize(name)}
              placeholder="any"
              clearable
              searchable
              data={[...choices]}
              value={choices.includes(condition[name] ?? '') ? (condition[name] ?? null) : null}
              onChange={(choice) => say(name, choice ?? '')}
              className={classes.slot ?? ''}
              data-testid={`slot-${name}`}
            />
          ))}
        <span className={classes.seed}>
          <NumberInput
            size="xs"
            label="Seed"
            value={seed}
            min={0}
            max={0xffffffff}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            onChange={(value) => value !== '' && session.change({ seed: Math.min(0xffffffff, Number(value)) }, 'seed')}
            onBlur={() => session.endGesture()}
            data-testid="seed"
          />
          <Tooltip label="Another seed">
            <ActionIcon aria-label="Another seed" onClick={() => session.change({ seed: dice() })} data-testid="dice">
              <IconDice5 size={17} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </span>
        <RunButtons />
      </div>
    </form>
  );
}

function Words() {
  const { session } = useLab();
  const condition = useLabState((state) => state.spec.condition);
  const vocabulary = useLabState(selectVocabulary);
  const model = useLabState(selectModel);
  const slot = vocabulary && wordsSlot(vocabulary);
  const choices = useMemo(() => slot?.choices ?? [], [slot]);
  const text = slot ? (condition[slot.name] ?? '') : '';
  const suggestions = useMemo(() => suggest(text, choices, 8), [text, choices]);
  const unknown = useMemo(() => unknownWords(text, choices), [text, choices]);
  const starters = useMemo(() => examples(choices, 5), [choices]);
  const change = (words: string, gesture?: string) =>
    slot && session.change({ condition: { ...condition, [slot.name]: words } }, gesture);
  const choiceOf = new Map(suggestions.map(({ text: line, choice }) => [line, choice]));
  return (
    <div className={classes.words}>
      <Autocomplete
        label="Words"
        placeholder={slot ? 'Words, or nothing: then it draws whatever it likes' : 'The words come with the model'}
        value={text}
        disabled={!slot}
        data={suggestions.map(({ text: line }) => line)}
        filter={({ options }) => options}
        renderOption={({ option }) => choiceOf.get(option.value) ?? option.value}
        onChange={(words) => change(words, 'words')}
        onBlur={() => session.endGesture()}
        maxLength={200}
        selectFirstOptionOnChange={false}
        data-testid="prompt"
      />
      <p className={classes.hint} aria-live="polite" data-testid="prompt-hint">
        {unknown.length > 0 ? (
          <span className={classes.unknown}>
            {model?.title ?? 'The model'} does not know {unknown.map((word) => `"${word}"`).join(', ')}: the nearest
            word takes its place, or none.
          </span>
        ) : (
          starters.length > 0 && (
            <>
              Try{' '}
              {starters.map((word, i) => (
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
    </div>
  );
}

function RunButtons() {
  const { session } = useLab();
  const busy = useLabState(selectBusy);
  const running = useLabState((state) => state.phase === 'running');
  const paused = useLabState((state) => selectNode(state)?.status === 'paused' && !selectBusy(state));
  const noModel = useLabState((state) => state.phase === 'failed' && state.models.length === 0);
  return (
    <span className={classes.buttons}>
      {busy && (
        <Button leftSection={<IconPlayerStop size={15} />} onClick={() => session.cancel()} data-testid="cancel">
          Cancel
        </Button>
      )}
      {running && (
        <Button leftSection={<IconPlayerPause size={15} />} onClick={() => session.pause()} data-testid="pause">
          Pause
        </Button>
      )}
      {paused && (
        <Button leftSection={<IconPlayerPlay size={15} />} onClick={() => void session.resume()} data-testid="resume">
          Go on
        </Button>
      )}
      <Tooltip label="Enter, or Ctrl+Enter from anywhere">
        <Button
          type="submit"
          variant="filled"
          classNames={{ root: primary.button ?? '' }}
          size="sm"
          disabled={noModel}
          data-testid="generate"
        >
          Generate
        </Button>
      </Tooltip>
    </span>
  );
}
