import { SegmentedControl } from '@mantine/core';
import { UndoButtons } from '../../../ui/UndoButtons';
import { ModelChoice } from '../../ModelChoice';
import type { CodebookPage } from '../spec';
import { selectLevel, selectModel } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Toolbar.module.css';

const PAGES: readonly { value: CodebookPage; label: string }[] = [
  { value: 'atlas', label: 'Atlas' },
  { value: 'map', label: 'Map' },
  { value: 'health', label: 'Health' },
];

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The page, the codebook, and the way back. */
export function Toolbar() {
  const { session, context } = useLab();
  const page = useLabState((state) => state.spec.page);
  const models = useLabState((state) => state.models);
  const model = useLabState(selectModel);
  const level = useLabState(selectLevel);
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  return (
    <div className={classes.bar} role="toolbar" aria-label="What is shown">
      <SegmentedControl
        aria-label="Page of the lab"
        data-testid="codebook-page"
        value={page}
        onChange={(value) => void session.change({ page: value })}
        data={[...PAGES]}
      />
      {model && model.grids.length > 1 && (
        <SegmentedControl
          aria-label="Codebook of the model"
          data-testid="codebook-level"
          value={String(level)}
          onChange={(value) => void session.change({ level: Number(value) })}
          data={model.grids.map(({ name }, i) => ({ value: String(i), label: capital(name) }))}
        />
      )}
      <span className={classes.end}>
        {models.length > 1 && (
          <ModelChoice
            engine={context.engine}
            models={models}
            value={model?.id ?? null}
            onChange={(id) => void session.change({ model: id, level: 0 })}
          />
        )}
        <span className={classes.pair}>
          <UndoButtons {...{ canUndo, canRedo }} onUndo={() => session.undo()} onRedo={() => session.redo()} />
        </span>
      </span>
    </div>
  );
}
