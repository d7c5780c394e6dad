/** One run of a prior, from request to pictures: pure orchestration over a machine. */
import type { PriorConfig } from '../../models/prior/config';
import type { CodeGrid } from '../../models/types';
import { breathe } from '../calls';
import { copyState, emptyState, type Machine, type MachineState } from './machine';
import type { Program } from './program';
import { gridsOf } from './standIn';
import type { Picture } from '../../image/types';
import type { RunControl } from '../runs';
import type { SampleFrame, SampleOptions, SampleTimings } from './types';

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

export interface SampleTools {
  readonly config: PriorConfig;
  readonly machine: Machine;
  /** @param grids without [MASK] */
  readonly decode: (grids: readonly CodeGrid[], control: RunControl) => Promise<Picture>;
  /** `meanCode` of every grid. */
  readonly means: readonly number[];
}

/** Frames are drawn no more often than this: reading them costs the loop a little, seeing more nobody can. */
const FRAME_MS = 80;

export interface SampleRun {
  readonly trace: readonly SampleFrame[];
  readonly grids: readonly CodeGrid[][];
  readonly images: readonly Picture[];
  readonly timings: SampleTimings;
}

/** Carries a program out from where `progress` stands. @throws the signal's reason when aborted */
export async function runProgram(
  progress: SampleProgress,
  tools: SampleTools,
  { draw = 'codes', standIn = 'x0' }: Pick<SampleOptions, 'draw' | 'standIn'>,
  control: RunControl,
  onFrame?: (frame: SampleFrame) => void,
): Promise<SampleRun> {
  const { machine, config } = tools;
  const { program } = progress;
  const total = program.steps.length;
  const { signal, report } = control;
  const frameOf = (done: number, state: MachineState): SampleFrame => ({ ...placeOf(program, done), ...state });
  const show = async (done: number, state: MachineState): Promise<void> => {
    if (!onFrame) return;
    const frame = frameOf(done, copyState(state));
    if (draw !== 'pictures') return onFrame(frame);
    onFrame({ ...frame, ...(await drawn(frame, program, tools, standIn, control)) });
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
    if (done < total && onFrame && performance.now() - drawnAt >= FRAME_MS) {
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

  const last = progress.last;
  const decoding = performance.now();
  const grids: CodeGrid[][] = [];
  const images: Picture[] = [];
  for (let sample = 0; sample < program.batch; sample++) {
    const part = sampleOf(last, program.length, sample);
    const own = gridsOf(config, part.codes, part.best, standIn, tools.means);
    report?.({
      stage: 'decode',
      fraction: sample / program.batch,
      message: `picture ${sample + 1} of ${program.batch}`,
    });
    await breathe(signal);
    grids.push(own);
    images.push(await tools.decode(own, control));
  }
  const decodeMs = performance.now() - decoding;
  const trace = [...progress.states].sort(([a], [b]) => a - b).map(([done, state]) => frameOf(done, state));
  return {
    trace,
    grids,
    images,
    timings: { sampleMs, decodeMs, compileMs: machine.compileMs, passes: total, warm: machine.warm },
  };
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

const sampleOf = ({ codes, best }: Pick<MachineState, 'codes' | 'best'>, length: number, sample: number) => ({
  codes: codes.subarray(sample * length, (sample + 1) * length),
  best: best.subarray(sample * length, (sample + 1) * length),
});

/** Each sample's state and its most likely x0, as pictures. */
async function drawn(
  frame: SampleFrame,
  { batch, length }: Program,
  { config, decode, means }: SampleTools,
  standIn: SampleOptions['standIn'],
  control: RunControl,
): Promise<Required<Pick<SampleFrame, 'pictures' | 'x0Pictures'>>> {
  const pictures: Picture[] = [];
  const x0Pictures: Picture[] = [];
  for (let sample = 0; sample < batch; sample++) {
    const { codes, best } = sampleOf(frame, length, sample);
    await breathe(control.signal);
    pictures.push(await decode(gridsOf(config, codes, best, standIn ?? 'x0', means), control));
    await breathe(control.signal);
    // Before the first step nobody has an opinion.
    x0Pictures.push(await decode(gridsOf(config, frame.step ? best : codes, best, standIn ?? 'x0', means), control));
  }
  return { pictures, x0Pictures };
}
