import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerSkipBack, IconPlayerSkipForward } from '../../../ui/icons';
import { formatInteger } from '../../../ui/format';
import { UndoButtons } from '../../../ui/UndoButtons';
import primary from '../../primary.module.css';
import { SPEEDS } from '../store';
import { useLab, useLabState } from './labState';
import classes from './PlayBar.module.css';

/** Play, pause, step, back to the start; how fast; undo of the settings. */
export function PlayBar() {
  const { session } = useLab();
  const phase = useLabState((state) => state.phase);
  const step = useLabState((state) => state.frame?.step ?? 0);
  const stepMs = useLabState((state) => state.frame?.stepMs ?? null);
  const speed = useLabState((state) => state.speed);
  const backend = useLabState((state) => state.backend);
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  const playing = phase === 'playing';
  return (
    <div className={classes.bar} role="group" aria-label="The show">
      <Button
        className={primary.button ?? ''}
        leftSection={playing ? <IconPlayerPause size={17} stroke={1.7} /> : <IconPlayerPlay size={17} stroke={1.7} />}
        disabled={phase === 'opening'}
        onClick={() => (playing ? session.pause() : void session.play())}
        data-testid="play"
      >
        {playing ? 'Pause' : step > 0 ? 'Go on' : 'Play'}
      </Button>
      <Tooltip label="One step of both sides">
        <ActionIcon
          aria-label="One step"
          disabled={phase !== 'idle'}
          onClick={() => void session.step()}
          data-testid="step"
        >
          <IconPlayerSkipForward size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Back to the first step">
        <ActionIcon
          aria-label="Back to the first step"
          disabled={step === 0 && phase === 'idle'}
          onClick={() => void session.reset()}
          data-testid="reset"
        >
          <IconPlayerSkipBack size={17} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <SegmentedControl
        size="xs"
        aria-label="Steps between two pictures"
        value={String(speed)}
        onChange={(value) => session.setSpeed(Number(value))}
        data={SPEEDS.map((value) => ({ value: String(value), label: `${value} ${value > 1 ? 'steps' : 'step'}` }))}
        data-testid="speed"
      />
      <span className={classes.step} data-testid="step-count">
        Step {formatInteger(step)}
      </span>
      <span className={classes.note}>
        {stepMs !== null && `${stepMs.toFixed(1)} ms for a step of both`}
        {backend && `${stepMs !== null ? ', ' : ''}${backend}`}
      </span>
      <span className={classes.end}>
        <UndoButtons
          {...{ canUndo, canRedo }}
          onUndo={() => session.undo()}
          onRedo={() => session.redo()}
          undoLabel="Undo the last change of the settings"
          redoLabel="Redo"
        />
      </span>
    </div>
  );
}
