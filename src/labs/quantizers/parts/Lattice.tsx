import { Button, Slider } from '@mantine/core';
import { useMemo } from 'react';
import { fsqDigits, fsqHistogram, fsqSize, fsqValue } from '../../../codebook/fsq';
import { formatInteger } from '../../../ui/format';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import type { SideName } from '../choose';
import { latticeOf } from '../probe';
import { cellAt, modelOf } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Lattice.module.css';

/**
 * The lattice of FSQ: a rail for each dimension with its steps, how often the picture's codes stand on each, and where the code at hand stands.
 * The code that was clicked can be moved along each of them.
 */
export function Lattice({ side }: { side: SideName }) {
  const { session } = useLab();
  const run = useLabState((state) => state[side].run);
  const model = useLabState((state) => modelOf(state, side));
  const probe = useLabState((state) => (state.probe?.side === side ? state.probe : null));
  const hovered = useLabState((state) => state.view.hovered);
  const levels = latticeOf(model);
  const grid = run && run.modelId === model?.id ? run.codes[0] : null;
  const histogram = useMemo(() => (grid && levels ? fsqHistogram(grid.indices, levels) : []), [grid, levels]);
  if (!grid || !levels) return null;
  const under = hovered ? cellAt(hovered, grid) : null;
  const code = under ? grid.indices[under.y * grid.width + under.x] : probe?.code;
  const digits = code === undefined ? null : fsqDigits(code, levels);
  const moved = probe ? fsqDigits(probe.code, levels) : null;
  const most = Math.max(1, ...histogram.flat());
  const first = probe ? (grid.indices[probe.cell.y * grid.width + probe.cell.x] ?? 0) : 0;
  return (
    <section className={classes.lattice} aria-label="The lattice" data-testid={`${side}-lattice`}>
      <h3>
        The lattice: {levels.join(' × ')} = {formatInteger(fsqSize(levels))} codes
      </h3>
      <div className={classes.rails}>
        {levels.map((count, dim) => (
          <div key={dim} className={classes.rail}>
            <span className={classes.name}>Dimension {dim + 1}</span>
            <div className={classes.bars} aria-hidden="true">
              {histogram[dim]?.map((uses, digit) => (
                <span
                  key={digit}
                  className={classes.bar}
                  data-here={digits?.[dim] === digit || undefined}
                  style={{ left: `${(digit / (count - 1)) * 100}%`, height: `${(uses / most) * 100}%` }}
                />
              ))}
            </div>
            <Slider
              size={3}
              thumbSize={16}
              label={null}
              min={0}
              max={count - 1}
              value={moved?.[dim] ?? digits?.[dim] ?? 0}
              disabled={!probe}
              marks={Array.from({ length: count }, (_, digit) => ({ value: digit }))}
              onChange={(digit) => void session.moveDigit(dim, digit)}
              thumbLabel={`Dimension ${dim + 1} of the chosen code`}
              thumbProps={{
                'aria-valuetext': `step ${(moved?.[dim] ?? 0) + 1} of ${count}, value ${fsqValue(moved?.[dim] ?? 0, count)}`,
              }}
              data-testid={`${side}-dim-${dim}`}
            />
            <span className={classes.value}>
              {digits ? fsqValue(digits[dim] ?? 0, count).toFixed(2) : ''}
              <small>{digits ? ` ${histogram[dim]?.[digits[dim] ?? 0] ?? 0} uses` : ''}</small>
            </span>
          </div>
        ))}
      </div>
      {probe ? (
        <div className={classes.probe} data-testid={`${side}-probe`}>
          <span className={classes.patch}>
            {probe.patch && <PictureCanvas picture={probe.patch} label={`Code ${probe.code}, tiled`} pixelated />}
          </span>
          <span aria-live="polite">
            {probe.code === first
              ? `Code ${first}, as the picture has it.`
              : `Code ${probe.code} in place of ${first}: the picture above shows it.`}
            {probe.decodedCode !== probe.code && ' Decoding.'}
          </span>
          <Button onClick={() => session.probeEnd()}>Put it back</Button>
        </div>
      ) : (
        <p className={classes.hint}>Click a place of the picture: its code can then be moved along each dimension.</p>
      )}
    </section>
  );
}
