import { ActionIcon, Tooltip } from '@mantine/core';
import { formatCount } from '../../../ui/format';
import { IconArrowBackUp, IconArrowForwardUp } from '../../../ui/icons';
import { ModelChoice } from '../../ModelChoice';
import { selectModel } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Toolbar.module.css';

/** Which model draws, and the way back. */
export function Toolbar() {
  const { session, context } = useLab();
  const model = useLabState(selectModel);
  const models = useLabState((state) => state.models);
  const tokenizer = useLabState((state) => state.tokenizers.find(({ id }) => id === model?.pairsWith.id));
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  if (!model) return null;
  return (
    <div className={classes.bar} role="toolbar" aria-label="Model and history">
      <ModelChoice
        engine={context.engine}
        models={models}
        value={model.id}
        onChange={(id) => session.change({ model: id })}
      />
      <span className={classes.facts}>
        {model.codeCount} codes, {formatCount(model.parameters)} parameters, painted by{' '}
        {tokenizer?.title ?? model.pairsWith.id}. <a href={`#/models/${model.id}`}>Model card</a>
      </span>
      <span className={classes.end}>
        <Tooltip label="Undo (Ctrl+Z)">
          <ActionIcon aria-label="Undo" data-testid="undo" disabled={!canUndo} onClick={() => session.undo()}>
            <IconArrowBackUp size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Redo (Ctrl+Shift+Z)">
          <ActionIcon aria-label="Redo" data-testid="redo" disabled={!canRedo} onClick={() => session.redo()}>
            <IconArrowForwardUp size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </span>
    </div>
  );
}
