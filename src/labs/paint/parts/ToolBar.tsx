import { ActionIcon, SegmentedControl, Slider, Tooltip } from '@mantine/core';
import { IconBrush, IconBucketDroplet, IconColorPicker, IconMarquee2, IconRubberStamp } from '../../../ui/icons';
import { UndoButtons } from '../../../ui/UndoButtons';
import { ModelChoice } from '../../ModelChoice';
import { selectBusy, selectModel, type Tool } from '../store';
import { useLab, useLabState } from './labState';
import classes from './ToolBar.module.css';

const TOOLS = [
  { tool: 'brush', label: 'Brush (B)', icon: IconBrush },
  { tool: 'pick', label: 'Take a code (I, or Alt and click)', icon: IconColorPicker },
  { tool: 'fill', label: 'Fill (G)', icon: IconBucketDroplet },
  { tool: 'select', label: 'Select a rectangle (M)', icon: IconMarquee2 },
  { tool: 'stamp', label: 'Put down what was copied (S)', icon: IconRubberStamp },
] as const;

/** Largest brush, in codes. */
export const MOST_SIZE = 9;

/** The tools, the model, and the way back. */
export function ToolBar() {
  const { session, context } = useLab();
  const held = useLabState((state) => state.view.tool);
  const models = useLabState((state) => state.models);
  const model = useLabState(selectModel);
  const mode = useLabState((state) => state.opened?.mode ?? state.spec.mode);
  const busy = useLabState(selectBusy);
  const source = useLabState((state) => state.opened?.source ?? null);
  return (
    <div className={classes.bar} role="toolbar" aria-label="Tools">
      <span className={classes.group} role="radiogroup" aria-label="Tool">
        {TOOLS.map(({ tool, label, icon: Icon }) => (
          <Tooltip key={tool} label={label}>
            <ActionIcon
              role="radio"
              aria-checked={held === tool}
              aria-label={label}
              variant={held === tool ? 'light' : 'default'}
              className={classes.tool ?? ''}
              onClick={() => session.look({ tool })}
              data-testid={`tool-${tool}`}
            >
              <Icon size={17} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        ))}
      </span>
      <ToolKnob tool={held} />
      <span className={classes.end}>
        <SegmentedControl
          aria-label="What part of the picture is read"
          value={mode}
          disabled={busy || source === null}
          onChange={(value) => void session.reopen({ mode: value })}
          data={[
            { value: 'fit', label: 'One square' },
            { value: 'tile', label: <span data-testid="tile-mode">Whole picture</span> },
          ]}
        />
        {models.length > 1 && (
          <ModelChoice
            engine={context.engine}
            models={models}
            value={model?.id ?? null}
            onChange={(id) => void session.reopen({ model: id })}
          />
        )}
        <WayBack />
      </span>
    </div>
  );
}

/** The one setting of the tool in hand. */
function ToolKnob({ tool }: { tool: Tool }) {
  const { session } = useLab();
  const size = useLabState((state) => state.view.size);
  const tolerance = useLabState((state) => state.view.tolerance);
  const common = { size: 4, thumbSize: 16, label: null, className: classes.slider ?? '' };
  if (tool === 'fill')
    return (
      <span className={classes.field}>
        <span>Tolerance</span>
        <Slider
          {...common}
          min={0}
          max={100}
          value={Math.round(tolerance * 100)}
          onChange={(value) => session.look({ tolerance: value / 100 })}
          thumbLabel="How far a code may be from the one that is clicked"
          thumbProps={{
            'aria-valuetext':
              tolerance === 0
                ? 'equal codes only'
                : `${Math.round(tolerance * 100)} percent of the distance of two codes at random`,
          }}
          data-testid="tolerance"
        />
        <span className={classes.value}>{tolerance === 0 ? 'equal codes' : `${Math.round(tolerance * 100)} %`}</span>
      </span>
    );
  return (
    <span className={classes.field}>
      <span>Size</span>
      <Slider
        {...common}
        min={1}
        max={MOST_SIZE}
        value={size}
        disabled={tool !== 'brush'}
        onChange={(value) => session.look({ size: value })}
        thumbLabel="Size of the brush, in codes"
        thumbProps={{ 'aria-valuetext': size === 1 ? '1 code' : `${size} codes` }}
        data-testid="brush-size"
      />
      <span className={classes.value}>{size === 1 ? '1 code' : `${size} codes`}</span>
    </span>
  );
}

function WayBack() {
  const { session } = useLab();
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  const undoLabel = useLabState((state) => state.undoLabel);
  const redoLabel = useLabState((state) => state.redoLabel);
  return (
    <span className={classes.group}>
      <UndoButtons
        {...{ canUndo, canRedo }}
        onUndo={() => session.undo()}
        onRedo={() => session.redo()}
        testPrefix="paint-"
        undoLabel={`Undo${undoLabel ? `: ${undoLabel}` : ''} (Ctrl+Z)`}
        redoLabel={`Redo${redoLabel ? `: ${redoLabel}` : ''} (Ctrl+Shift+Z)`}
      />
    </span>
  );
}
