/** Runs of machines side by side, and what they make on the GPU while they run. */
import { PLAIN } from '../../../diffusion/distribution';
import type { PriorModel } from '../../../models/loader';
import { emptyState, type Machine, type MachineState } from '../machine';
import { planProgram, type Program } from '../program';
import type { SampleOptions, SamplerSpec } from '../types';

/** A prior's program with plain settings, seed 5. */
export function programFor<P extends Program>(
  { manifest }: PriorModel,
  sampler: SamplerSpec,
  options: Partial<SampleOptions> & Pick<SampleOptions, 'batch'>,
): P {
  const base = { model: '', condition: {}, seed: 5, schedule: { kind: 'model' }, distribution: PLAIN } as const;
  return planProgram(manifest.config, { ...base, sampler, ...options }) as P;
}

/** Ids of a condition for every sample, [batch, 5], within the fixtures' vocabulary. */
export const conditionsFor = (batch: number): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: batch * 5 }, (_, i) => i % 3);

/** The kept states of a run, in their order. @param from where it begins; default: the program's start */
export async function runAll(
  machine: Machine,
  program: Program,
  from: { readonly done: number; readonly state: MachineState } = {
    done: 0,
    state: emptyState(program.start ?? new Int32Array(program.batch * program.length)),
  },
): Promise<MachineState[]> {
  const { signal } = new AbortController();
  machine.begin(program, from.done, from.state);
  for (let done = from.done; done < program.steps.length;) done = await machine.advance(signal);
  return [...(await machine.trace())].sort(([a], [b]) => a - b).map(([, state]) => state);
}

const COUNTED = {
  createBuffer: () => GPUDevice.prototype,
  createBindGroup: () => GPUDevice.prototype,
  createComputePipelineAsync: () => GPUDevice.prototype,
  mapAsync: () => GPUBuffer.prototype,
  submit: () => GPUQueue.prototype,
  writeBuffer: () => GPUQueue.prototype,
  dispatchWorkgroups: () => GPUComputePassEncoder.prototype,
} as const;

export type GpuCounts = Record<keyof typeof COUNTED, number>;

/** Counts calls from now on, by wrapping the prototypes; call it once a file, after the device is there. */
export function countGpuCalls(): GpuCounts {
  const counts = Object.fromEntries(Object.keys(COUNTED).map((name) => [name, 0])) as GpuCounts;
  for (const [name, prototypeOf] of Object.entries(COUNTED)) {
    const prototype = prototypeOf() as object as Record<string, (...args: unknown[]) => unknown>;
    const original = prototype[name]!;
    const counted = function (this: unknown, ...args: unknown[]) {
      counts[name as keyof GpuCounts]++;
      return original.apply(this, args);
    };
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value: counted });
  }
  return counts;
}
