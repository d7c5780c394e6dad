/** One run, from its program to every state of its trace: pure orchestration over a machine. */
import { breathe } from '../calls';
import { copyState, emptyState, type Machine, type MachineState } from './machine';
import type { Program } from './program';
import type { RunControl } from '../runs';
import type { SampleFrame, SampleTimings } from './types';

/** What a run has reached; kept outside of the device, so that a lost one costs the steps since the last drawn state only. */
export class SampleProgress {
  /** Kept states by the number of steps that led there. */
  readonly states = new Map<number, MachineState>();
  done = 0;

  constructor(readonly program: Program) {
    const start = program.start ?? new Int32Array(program.batch * program.length);
    this.states.set(0, emptyState(Int32Array.from(start)));
  }

  keep(done: number, state: MachineState): void {
    this.states.set(done, state);
    this.done = Math.max(this.done, done);
  }

  /** Where a machine begins. */
  get last(): MachineState {
    return this.states.get(this.done) ?? emptyState(new Int32Array());
  }
}

/** Makes pictures of a state's samples: with the stand-in for [MASK], and of the most likely x0. */
export type DrawState = (
  frame: SampleFrame,
  control: RunControl,
) => Promise<Required<Pick<SampleFrame, 'pictures' | 'x0Pictures'>>>;

/** Frames are drawn no more often than this: reading them costs the loop a little, seeing more nobody can. */
const FRAME_MS = 80;
/** Where nobody looks a state is kept no more often than this: what a lost device costs at most. */
const KEEP_MS = 2000;

export interface SampleRun {
  readonly trace: readonly SampleFrame[];
  readonly last: MachineState;
  readonly timings: Omit<SampleTimings, 'decodeMs'>;
}

/**
 * Carries a program out from where `progress` stands.
 * @param draw makes the pictures that frames come with; null: none
 * @throws the signal's reason when aborted
 */
export async function runProgram(
  progress: SampleProgress,
  machine: Machine,
  control: RunControl,
  onFrame?: (frame: SampleFrame) => void,
  draw: DrawState | null = null,
): Promise<SampleRun> {
  const { program } = progress;
  const total = program.steps.length;
  const { signal, report } = control;
  const frameOf = (done: number, state: MachineState): SampleFrame => ({ ...placeOf(program, done), ...state });
  const show = async (done: number, state: MachineState): Promise<void> => {
    if (!onFrame) return;
    const frame = frameOf(done, copyState(state));
    onFrame(draw ? { ...frame, ...(await draw(frame, control)) } : frame);
  };
  machine.begin(program, progress.done, progress.last);
  if (progress.done === 0) await show(0, progress.last);
  let drawnAt = performance.now();
  let sampleMs = 0;
  for (let done = progress.done; done < total;) {
    const started = performance.now();
    done = await machine.advance(signal);
    sampleMs += performance.now() - started;
    report?.({ stage: 'sample', fraction: done / total, message: `step ${done} of ${total}` });
    if (done < total && performance.now() - drawnAt >= (onFrame ? FRAME_MS : KEEP_MS)) {
      const state = await machine.peek();
      progress.keep(done, state);
      await show(done, state);
      drawnAt = performance.now();
    }
    await breathe(signal);
  }
  const reading = performance.now();
  for (const [done, state] of await machine.trace()) progress.keep(done, state);
  sampleMs += performance.now() - reading;
  const trace = [...progress.states].sort(([a], [b]) => a - b).map(([done, state]) => frameOf(done, state));
  const timings = { sampleMs, compileMs: machine.compileMs, passes: total, warm: machine.warm };
  return { trace, last: progress.last, timings };
}

/** Where the state after `done` steps stands in the schedule. */
function placeOf(
  { steps }: Program,
  done: number,
): Pick<SampleFrame, 'step' | 'steps' | 'number' | 'time' | 'networkTime'> {
  const entries = steps.map((entry) => ('step' in entry ? entry.step : { ...entry, networkTime: entry.from }));
  const led = entries[done - 1];
  const next = entries[done];
  return {
    step: done,
    steps: steps.length,
    number: led ? led.number : (entries[0]?.number ?? 1) - 1,
    // Between two grids: the time that the second one begins at.
    time: next ? next.from : 0,
    networkTime: led ? led.networkTime : null,
  };
}
