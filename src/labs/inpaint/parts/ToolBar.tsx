import { ActionIcon, Slider, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import {
  IconArrowsMaximize,
  IconArrowsMinimize,
  IconBrush,
  IconContrast,
  IconEraser,
  IconLasso,
  IconMarquee2,
  IconX,
} from '../../../ui/icons';
import { UndoButtons } from '../../../ui/UndoButtons';
import { growthStep } from '../editing';
import { selectBusy, selectLayer, type Tool } from '../store';
import { ExtendMenu, MaskMenu } from './Menus';
import { useLab, useLabState } from './labState';
import classes from './ToolBar.module.css';

const TOOLS: readonly { tool: Tool; label: string; icon: ReactNode }[] = [
  { tool: 'brush', label: 'Brush (B)', icon: <IconBrush size={17} stroke={1.7} /> },
  { tool: 'eraser', label: 'Eraser (E)', icon: <IconEraser size={17} stroke={1.7} /> },
  { tool: 'rectangle', label: 'Rectangle (R)', icon: <IconMarquee2 size={17} stroke={1.7} /> },
  { tool: 'lasso', label: 'Lasso (L)', icon: <IconLasso size={17} stroke={1.7} /> },
];

/** The tools in one slim bar. */
export function ToolBar() {
  const { session } = useLab();
  const tool = useLabState((state) => state.view.tool);
  const image = useLabState((state) => state.picture?.image);
  const layer = useLabState(selectLayer);
  const busy = useLabState(selectBusy);
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  const hidden = useLabState((state) => (selectLayer(state) === 'spot' ? state.spotBounds : state.bounds) !== null);
  const step = image ? growthStep(image) : 1;
  const painted = layer === 'spot' ? 'spot' : 'hole';
  const whole = [
    {
      id: 'invert',
      label: `Turn the ${painted} inside out (X)`,
      icon: IconContrast,
      off: false,
      act: () => session.invert(),
    },
    {
      ...{ id: 'grow', label: `Grow the ${painted} by ${step} px`, icon: IconArrowsMaximize, off: !hidden },
      act: () => void session.growHole(step),
    },
    {
      ...{ id: 'shrink', label: `Shrink the ${painted} by ${step} px`, icon: IconArrowsMinimize, off: !hidden },
      act: () => void session.growHole(-step),
    },
    { id: 'clear', label: `Clear the ${painted}`, icon: IconX, off: !hidden, act: () => session.clearMask() },
  ];
  return (
    <div className={classes.bar} role="toolbar" aria-label="Tools">
      <span className={classes.group} role="radiogroup" aria-label="Tool">
        {TOOLS.map(({ tool: one, label, icon }) => (
          <Tooltip key={one} label={label}>
            <ActionIcon
              role="radio"
              aria-checked={tool === one}
              aria-label={label}
              variant={tool === one ? 'light' : 'default'}
              className={classes.tool ?? ''}
              onClick={() => session.look({ tool: one })}
              data-testid={`tool-${one}`}
            >
              {icon}
            </ActionIcon>
          </Tooltip>
        ))}
      </span>
      <BrushSliders />
      <span className={classes.group}>
        {whole.map(({ id, label, icon: Icon, off, act }) => (
          <Tooltip key={id} label={label}>
            <ActionIcon aria-label={label} disabled={busy || off || !image} onClick={act} data-testid={`mask-${id}`}>
              <Icon size={16} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        ))}
      </span>
      <span className={classes.group}>
        <MaskMenu />
        <ExtendMenu />
      </span>
      <span className={classes.end}>
        <UndoButtons
          {...{ canUndo, canRedo }}
          onUndo={() => session.undo()}
          onRedo={() => session.redo()}
          testPrefix="inpaint-"
        />
      </span>
    </div>
  );
}

const TICKS = 100;

/** Size of the brush, finer where it is small; and how soft its edge is. */
function BrushSliders() {
  const { session } = useLab();
  const size = useLabState((state) => state.view.size);
  const hardness = useLabState((state) => state.view.hardness);
  const most = useLabState(({ picture }) => Math.max(picture?.image.width ?? 256, picture?.image.height ?? 256));
  const round = useLabState(({ view }) => view.tool === 'brush' || view.tool === 'eraser');
  const sizeAt = (tick: number) => Math.max(1, Math.round(most ** (tick / TICKS)));
  const common = { size: 4, thumbSize: 16, label: null, disabled: !round, className: classes.slider ?? '' };
  return (
    <span className={classes.sliders}>
      <span className={classes.field}>
        <span className={classes.name}>Size</span>
        <Slider
          {...common}
          min={0}
          max={TICKS}
          value={Math.round((Math.log(size) / Math.log(most)) * TICKS)}
          onChange={(tick) => session.look({ size: sizeAt(tick) })}
          thumbLabel="Size of the brush"
          thumbProps={{ 'aria-valuetext': `${size} pixels` }}
          data-testid="brush-size"
        />
        <span className={classes.value}>{size} px</span>
      </span>
      <span className={classes.field}>
        <span className={classes.name}>Edge</span>
        <Slider
          {...common}
          min={0}
          max={100}
          value={Math.round(hardness * 100)}
          onChange={(value) => session.look({ hardness: value / 100 })}
          thumbLabel="Hardness of the brush's edge"
          thumbProps={{ 'aria-valuetext': `${Math.round(hardness * 100)} percent hard` }}
          data-testid="brush-hardness"
        />
        <span className={classes.value}>{Math.round(hardness * 100)} %</span>
      </span>
    </span>
  );
}
