import { Button, Popover, SegmentedControl } from '@mantine/core';
import { IconInfoCircle } from '../../../ui/icons';
import { UndoButtons } from '../../../ui/UndoButtons';
import { ModelChoice } from '../../ModelChoice';
import { selectFit, selectModel } from '../store';
import { useLab, useLabState } from './labState';
import { ModelFacts } from './ModelFacts';
import classes from './Toolbar.module.css';

/** How the picture meets the model, which model, and the way back. */
export function Toolbar() {
  const { session, context } = useLab();
  const mode = useLabState((state) => state.spec.mode);
  const fit = useLabState(selectFit);
  const model = useLabState(selectModel);
  const models = useLabState((state) => state.models);
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  const side = model?.resolution;
  return (
    <div className={classes.bar} role="toolbar" aria-label="How the picture is read">
      <SegmentedControl
        aria-label="What part of the picture is read"
        value={mode}
        onChange={(value) => void session.change({ mode: value })}
        data={[
          { value: 'fit', label: side ? `One ${side} px square` : 'One square' },
          { value: 'tile', label: <span data-testid="tile-mode">Whole picture, in tiles</span> },
        ]}
      />
      <SegmentedControl
        aria-label="How the picture is made square"
        data-testid="fit-mode"
        value={fit}
        disabled={mode === 'tile'}
        onChange={(value) => void session.change({ fit: value })}
        data={[
          { value: 'contain', label: 'Contain' },
          { value: 'cover', label: 'Cover' },
        ]}
      />
      <span className={classes.end}>
        {models.length > 1 && (
          <ModelChoice
            engine={context.engine}
            models={models}
            value={model?.id ?? null}
            onChange={(id) => void session.change({ model: id })}
          />
        )}
        {model && (
          <Popover width={330} position="bottom-end" withArrow trapFocus returnFocus>
            <Popover.Target>
              <Button leftSection={<IconInfoCircle size={15} stroke={1.7} />} variant="subtle">
                {models.length > 1 ? 'About this model' : model.title}
              </Button>
            </Popover.Target>
            <Popover.Dropdown>
              <ModelFacts model={model} />
            </Popover.Dropdown>
          </Popover>
        )}
        <span className={classes.pair}>
          <UndoButtons {...{ canUndo, canRedo }} onUndo={() => session.undo()} onRedo={() => session.redo()} />
        </span>
      </span>
    </div>
  );
}
