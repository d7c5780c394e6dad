import { ActionIcon, Slider } from '@mantine/core';
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconPlayerTrackPrev,
} from './icons';
import classes from './StepScrubber.module.css';

/** A way through the states of a run: dragged, one by one, or played forward and back. */
export function StepScrubber(props: {
  /** States there are, and the one that is shown. */
  count: number;
  at: number;
  onChange: (at: number) => void;
  playing: 1 | -1 | 0;
  onPlay: (direction: 1 | -1 | 0) => void;
  /** What is said of a state: "Step 3 of 25". */
  labelOf: (at: number) => string;
}) {
  const { count, at, onChange, playing, onPlay, labelOf } = props;
  const none = count < 2;
  const last = Math.max(0, count - 1);
  return (
    <div className={classes.scrubber} role="group" aria-label="Steps of the run">
      <span className={classes.buttons}>
        <ActionIcon
          aria-label={playing === -1 ? 'Stop playing' : 'Play back'}
          disabled={none}
          onClick={() => onPlay(playing === -1 ? 0 : -1)}
          data-testid="play-back"
        >
          {playing === -1 ? <IconPlayerPause size={15} /> : <IconPlayerTrackPrev size={15} />}
        </ActionIcon>
        <ActionIcon
          aria-label="One step back"
          disabled={none || at === 0}
          onClick={() => onChange(at - 1)}
          data-testid="step-back"
        >
          <IconPlayerSkipBack size={15} />
        </ActionIcon>
        <ActionIcon
          aria-label={playing === 1 ? 'Stop playing' : 'Play'}
          disabled={none}
          onClick={() => onPlay(playing === 1 ? 0 : 1)}
          data-testid="play"
        >
          {playing === 1 ? <IconPlayerPause size={15} /> : <IconPlayerPlay size={15} />}
        </ActionIcon>
        <ActionIcon
          aria-label="One step on"
          disabled={none || at === last}
          onClick={() => onChange(at + 1)}
          data-testid="step-on"
        >
          <IconPlayerSkipForward size={15} />
        </ActionIcon>
      </span>
      <Slider
        className={classes.slider ?? ''}
        min={0}
        max={Math.max(1, last)}
        step={1}
        value={Math.max(0, at)}
        disabled={none}
        onChange={onChange}
        label={null}
        size={6}
        thumbSize={18}
        thumbLabel="Step"
        thumbProps={{ 'aria-valuetext': none ? 'no steps' : labelOf(at) }}
        data-testid="scrubber"
      />
      <span className={classes.words} data-testid="step-label">
        {count === 0 ? '–' : labelOf(at)}
      </span>
    </div>
  );
}
