import { Button, Tooltip } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '../../../ui/icons';
import primary from '../../primary.module.css';
import { ChoiceFields, SeedField, WordsField } from '../../PromptFields';
import { selectBusy, selectModel, selectNode, selectVocabulary } from '../store';
import { useLab, useLabState } from './labState';
import { leaveField } from './useKeys';
import classes from './PromptBox.module.css';

/** What to draw: words, style, group, seed; and the button that draws it. */
export function PromptBox() {
  const { session } = useLab();
  const condition = useLabState((state) => state.spec.condition);
  const seed = useLabState((state) => state.spec.seed);
  const vocabulary = useLabState(selectVocabulary);
  const title = useLabState((state) => selectModel(state)?.title ?? 'The model');
  const fields = {
    ...{ vocabulary, condition },
    onChange: (next: typeof condition, gesture?: string) => session.change({ condition: next }, gesture),
  };
  const onEnd = () => session.endGesture();
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
      <WordsField {...{ ...fields, title, onEnd }} placeholder="Words, or nothing: then it draws whatever it likes" />
      <div className={classes.row}>
        <ChoiceFields {...fields} />
        <SeedField value={seed} onChange={(next, gesture) => session.change({ seed: next }, gesture)} onEnd={onEnd} />
        <RunButtons />
      </div>
    </form>
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
