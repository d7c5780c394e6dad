import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from './icons';

/** The way back and forth through a history, side by side. */
export function UndoButtons(props: {
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => unknown;
  onRedo: () => unknown;
  undoLabel?: string;
  redoLabel?: string;
  /** In front of the test ids `undo` and `redo`. */
  testPrefix?: string;
}) {
  const { canUndo, canRedo, onUndo, onRedo, testPrefix = '' } = props;
  const { undoLabel = 'Undo (Ctrl+Z)', redoLabel = 'Redo (Ctrl+Shift+Z)' } = props;
  return (
    <>
      <Tooltip label={undoLabel}>
        <ActionIcon
          aria-label="Undo"
          disabled={!canUndo}
          onClick={() => void onUndo()}
          data-testid={`${testPrefix}undo`}
        >
          <IconArrowBackUp size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={redoLabel}>
        <ActionIcon
          aria-label="Redo"
          disabled={!canRedo}
          onClick={() => void onRedo()}
          data-testid={`${testPrefix}redo`}
        >
          <IconArrowForwardUp size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
