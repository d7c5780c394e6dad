import { formatCount } from '../../../ui/format';
import { UndoButtons } from '../../../ui/UndoButtons';
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
        <UndoButtons {...{ canUndo, canRedo }} onUndo={() => session.undo()} onRedo={() => session.redo()} />
      </span>
    </div>
  );
}
