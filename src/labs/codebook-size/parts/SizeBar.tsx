import { SegmentedControl, Slider, Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { formatInteger } from '../../../ui/format';
import { UndoButtons } from '../../../ui/UndoButtons';
import { ModelChoice } from '../../ModelChoice';
import { notchOf, wholeSize } from '../sizes';
import { selectLadder, selectModel, selectNotches, selectSize, withCodebook } from '../store';
import { useLab, useLabState } from './labState';
import classes from './SizeBar.module.css';

const METHODS = [
  { value: 'drop', label: 'Drop', help: 'The least used codes go; the nearest one that stays stands in.' },
  {
    value: 'merge',
    label: 'Merge',
    help: 'Near codes become one, at the mean of their use: k-means from a Ward tree.',
  },
  { value: 'trained', label: 'Trained', help: 'Another model, whose networks were trained with so few codes.' },
] as const;

/** How many codes are left, which way, of which model. */
export function SizeBar() {
  const { session, context } = useLab();
  const spec = useLabState((state) => state.spec);
  const all = useLabState((state) => state.models);
  const model = useLabState(selectModel);
  const size = useLabState(selectSize);
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  const { store } = useLab();
  // Both follow from the spec's model and method, and from the list.
  const { sizes, ladder } = useMemo(
    () => ({
      sizes: selectNotches({ ...store.getState(), spec, models: all }),
      ladder: selectLadder({ ...store.getState(), spec, models: all }),
    }),
    [store, spec, all],
  );
  const models = useMemo(() => withCodebook(all), [all]);
  const most = model ? wholeSize(model) : 2;
  const at = notchOf(sizes, size);
  const marks = useMemo(() => {
    const shown = spec.method === 'trained' ? sizes : sizes.filter((one) => Number.isInteger(Math.log2(one)));
    return shown.map((one) => ({ value: sizes.indexOf(one), label: formatInteger(one) }));
  }, [sizes, spec.method]);
  const isAlone = spec.method === 'trained' && ladder.length < 2;
  return (
    <div className={classes.bar} role="group" aria-label="Size of the codebook">
      <div className={classes.row}>
        <SegmentedControl
          aria-label="How the codebook becomes smaller"
          data-testid="method"
          value={spec.method}
          onChange={(value) => void session.change({ method: value })}
          data={METHODS.map(({ value, label, help }) => ({
            value,
            label: (
              <Tooltip label={help} multiline w={250} events={{ hover: true, focus: false, touch: false }}>
                <span data-testid={`method-${value}`}>{label}</span>
              </Tooltip>
            ),
          }))}
        />
        <span className={classes.words} data-testid="size">
          <strong>{formatInteger(size)}</strong> of {formatInteger(Math.max(most, size))} codes
          {(model?.codebookSizes.length ?? 1) > 1 && ' in each codebook'}
        </span>
        <span className={classes.end}>
          {models.length > 1 && (
            <ModelChoice
              engine={context.engine}
              models={models}
              value={model?.id ?? null}
              onChange={(id) => void session.change({ model: id, size: null })}
            />
          )}
          <UndoButtons {...{ canUndo, canRedo }} onUndo={() => session.undo()} onRedo={() => session.redo()} />
        </span>
      </div>
      <Slider
        className={classes.slider ?? ''}
        min={0}
        max={Math.max(1, sizes.length - 1)}
        step={1}
        value={at}
        disabled={!model || sizes.length < 2}
        onChange={(next) => {
          const wanted = sizes[next] ?? most;
          void session.change({ size: wanted === most ? null : wanted }, 'size');
        }}
        onChangeEnd={() => session.endGesture()}
        marks={marks}
        label={null}
        size={6}
        thumbSize={20}
        thumbLabel="Codes that are left"
        thumbProps={{ 'aria-valuetext': `${size} codes` }}
        data-testid="size-slider"
      />
      {isAlone && (
        <p className={classes.hint} role="note">
          No other model here was trained on the same pictures with the same networks and fewer codes. Drop the folder
          of one on the Models page, or take away codes by merging.
        </p>
      )}
    </div>
  );
}
