import { useMemo } from 'react';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import type { PictureLike } from '../../../ui/types';
import { VectorBars } from '../../../ui/VectorBars';
import { codeVector, countCodes } from '../../codeFacts';
import { codebookKey, selectGrid, selectShown } from '../store';
import { useLabState } from './labState';
import classes from './CodeInspector.module.css';

/** One line about the code under the pointer or the focus: number, patch, vector, where else it is used. */
export function CodeInspector(props: {
  colourOf: (index: number) => string;
  patchOf: (index: number) => PictureLike | undefined;
}) {
  const grid = useLabState(selectGrid);
  const view = useLabState((state) => state.view);
  const modelId = useLabState((state) => selectShown(state)?.modelId ?? '');
  const codebook = useLabState((state) => state.codebooks.get(codebookKey(modelId, view.level)));
  const fromRun = useLabState((state) => state.result !== null);
  const counts = useMemo(() => (grid ? countCodes(grid) : null), [grid]);
  const cell = view.hovered ?? view.selected;
  const index = grid && cell ? grid.indices[cell.y * grid.width + cell.x] : undefined;
  if (!grid || !cell || index === undefined || !counts) {
    return (
      <p className={classes.hint}>
        {counts
          ? `${counts.size} different codes in this picture. Point at one to read it${fromRun ? '; click to see how it was chosen' : ''}.`
          : 'Point at a tile to read it.'}
      </p>
    );
  }
  const patch = props.patchOf(index);
  const vector = codebook ? codeVector(codebook, grid.codebookSize, index) : null;
  const uses = counts.get(index) ?? 0;
  return (
    <div className={classes.inspector} data-testid="code-inspector">
      <span className={classes.patch} style={{ background: props.colourOf(index) }}>
        {patch && <PictureCanvas picture={patch} label={`Patch of code ${index}`} pixelated />}
      </span>
      <span className={classes.words} aria-live="polite">
        <strong className={classes.index}>{index}</strong>
        <span>
          row {cell.y + 1}, column {cell.x + 1}
          <br />
          used {uses === 1 ? 'only here' : `${uses} times`}
        </span>
      </span>
      {vector && (
        <span className={classes.vector}>
          <VectorBars vector={vector} label={`Vector of code ${index}`} height={40} />
        </span>
      )}
    </div>
  );
}
