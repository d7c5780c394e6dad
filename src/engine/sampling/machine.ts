/** What carries a program out. `hostMachine.ts`: the samplers of diffusion/ in TypeScript over any backend; `gpuMachine.ts`: everything on the GPU. */
import type { Program } from './program';

/** A state with what the network said in the step that led to it; arrays [batch, N]. */
export interface MachineState {
  readonly codes: Int32Array<ArrayBuffer>;
  readonly best: Int32Array<ArrayBuffer>;
  readonly confidence: Float32Array<ArrayBuffer>;
  readonly entropy: Float32Array<ArrayBuffer>;
}

export interface Machine {
  readonly compileMs: number;
  /** Whether the network has run before. */
  readonly warm: boolean;
  /** Takes the program's start, or the state after `done` steps. */
  begin(program: Program, done: number, state: MachineState): void;
  /** Carries out some of the next steps (one at least). @returns how many are done now. May return before the GPU has finished them. */
  advance(signal: AbortSignal): Promise<number>;
  /** The state after the steps so far. */
  peek(): Promise<MachineState>;
  /** The kept states since `begin`, by the step that led to each (counted from 1). Call it once, at the end. */
  trace(): Promise<Map<number, MachineState>>;
}

export function emptyState(codes: Int32Array<ArrayBuffer>): MachineState {
  const count = codes.length;
  return { codes, best: new Int32Array(count), confidence: new Float32Array(count), entropy: new Float32Array(count) };
}

export const copyState = ({ codes, best, confidence, entropy }: MachineState): MachineState => ({
  codes: codes.slice(),
  best: best.slice(),
  confidence: confidence.slice(),
  entropy: entropy.slice(),
});
