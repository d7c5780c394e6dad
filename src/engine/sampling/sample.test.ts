import { afterEach, expect, it, vi } from 'vitest';
import { copyState, emptyState, type Machine, type MachineState } from './machine';
import type { GaussianProgram, Program } from './program';
import { runProgram, SampleProgress } from './sample';

const steps = Array.from({ length: 6 }, (_, i) => ({
  number: i + 1,
  from: 6 - i,
  to: 5 - i,
  alphaBarFrom: 0,
  alphaBarTo: 1,
}));
const program: GaussianProgram = {
  ...{ kind: 'gaussian', batch: 1, length: 2, seed: 1, steps, known: null, start: null, keepEvery: 1 },
};

/** Counts the steps in its codes, and dies before a given one. */
class Counting implements Machine {
  readonly compileMs = 0;
  readonly warm = true;
  readonly began: number[] = [];
  peeks = 0;
  private done = 0;
  private state: MachineState = emptyState(new Int32Array(2));

  constructor(private readonly diesAt: number | null = null) {}

  begin(_program: Program, done: number, state: MachineState): void {
    this.began.push(done);
    this.done = done;
    this.state = copyState(state);
  }

  advance(): Promise<number> {
    if (this.done === this.diesAt) return Promise.reject(new Error('gone'));
    this.state.codes.fill(++this.done);
    return Promise.resolve(this.done);
  }

  peek(): Promise<MachineState> {
    this.peeks++;
    return Promise.resolve(copyState(this.state));
  }

  trace(): Promise<Map<number, MachineState>> {
    return Promise.resolve(new Map([[this.done, copyState(this.state)]]));
  }
}

const control = { signal: new AbortController().signal };
afterEach(() => vi.restoreAllMocks());

/** Every look at the clock finds it so much later. */
function clock(stepMs: number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += stepMs));
}

it('a run that nobody watches keeps a state now and then, and goes on from it on another machine', async () => {
  clock(400);
  const progress = new SampleProgress(program);
  await expect(runProgram(progress, new Counting(5), control)).rejects.toThrow('gone');
  expect(progress.done).toBeGreaterThan(0);
  const kept = progress.done;
  const next = new Counting();
  const { last } = await runProgram(progress, next, control);
  expect(next.began).toEqual([kept]);
  expect([...last.codes]).toEqual([6, 6]);
});

it('a quick one reads nothing back on the way', async () => {
  clock(1);
  const machine = new Counting();
  await runProgram(new SampleProgress(program), machine, control);
  expect(machine.peeks).toBe(0);
});

it('a run that is watched shows its states', async () => {
  clock(30);
  const seen: number[] = [];
  const machine = new Counting();
  await runProgram(new SampleProgress(program), machine, control, ({ step }) => seen.push(step));
  expect(seen[0]).toBe(0);
  expect(seen.length).toBe(machine.peeks + 1);
  expect(machine.peeks).toBeGreaterThan(0);
});
