import { useEffect } from 'react';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { fsqDigits } from '../../../codebook/fsq';
import type { SideName } from '../choose';
import { latticeOf } from '../probe';
import { cellAt, modelOf } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Side.module.css';

/** The codes under the pointer (else at the place that was clicked), one for each grid. */
export function CodesHere({ side }: { side: SideName }) {
  const { session } = useLab();
  const run = useLabState((state) => state[side].run);
  const model = useLabState((state) => modelOf(state, side));
  const place = useLabState(({ view }) => view.hovered ?? view.selected);
  useLabState((state) => state.patchesVersion);
  const here =
    run && model && place && run.modelId === model.id
      ? run.codes.map((grid) => {
          const cell = cellAt(place, grid);
          return { name: grid.name, size: grid.codebookSize, code: grid.indices[cell.y * grid.width + cell.x] ?? 0 };
        })
      : [];
  const wanted = here.map(({ code }) => code).join(' ');
  useEffect(() => {
    if (!wanted) return;
    // Resting on a code asks for its patch; passing over it does not.
    const timer = setTimeout(
      () => wanted.split(' ').forEach((code, level) => session.wantPatches(side, level, [Number(code)])),
      120,
    );
    return () => clearTimeout(timer);
  }, [session, side, wanted]);
  const levels = latticeOf(model);
  if (!run || !model) return null;
  if (here.length === 0) return <p className={classes.hint}>Point at the picture to read its codes on both sides.</p>;
  return (
    <ul className={classes.codes} data-testid={`${side}-codes`} aria-label="Codes at this place">
      {here.map(({ name, size, code }, level) => {
        const patch = session.patches.patchOf(model.id, level, code);
        return (
          <li key={name}>
            <span className={classes.patch}>
              {patch && <PictureCanvas picture={patch} label={`Patch of code ${code}`} pixelated />}
            </span>
            <span>
              {here.length > 1 ? `${name}: ` : ''}
              <strong>{code}</strong> of {size}
              {levels && ` (${fsqDigits(code, levels).join(', ')})`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
