/** Times kernels on a device, after checking them: what is wrong is not timed. */
import type { GpuContext } from '../gpu/device';
import { expectClose, type Tolerance } from '../gpu/testing/compare';
import { preparePlan, runPlan, type RoleBuffer } from '../gpu/testing/runKernel';
import type { OpPlan, Target } from './kernel';

export interface KernelBench {
  readonly name: string;
  /** Multiplications and additions of one run, for the rate. */
  readonly operations: number;
  plan(target: Target): OpPlan;
  readonly roles: Readonly<Record<string, RoleBuffer>>;
  expected(): Readonly<Record<string, ArrayLike<number>>>;
  readonly tolerance: Tolerance;
}

export interface BenchResult {
  readonly name: string;
  /** Median of one run; from n and 2n runs, so that the cost of submitting drops out. */
  readonly timeMs: number;
  readonly gigaOps: number;
}

const ROUNDS = 7;

/** @throws Error where the result is not the reference's. */
export async function timeKernel(context: GpuContext, bench: KernelBench): Promise<BenchResult> {
  const { device, target } = context;
  const plan = bench.plan(target);
  const outputs = await runPlan(context, plan, bench.roles);
  for (const [role, values] of Object.entries(bench.expected()))
    expectClose(outputs[role], values, bench.tolerance, `${bench.name}: ${role}`);
  const prepared = await preparePlan(context, plan, bench.roles);
  const run = async (count: number): Promise<number> => {
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < count; i++) prepared.record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  // As many runs as fill 20 ms: below that the clock and the queue decide.
  const once = await run(1).then(() => run(1));
  const count = Math.max(1, Math.ceil(20 / Math.max(once, 0.01)));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const single = await run(count);
    times.push(((await run(2 * count)) - single) / count);
  }
  prepared.destroy();
  const timeMs = times.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  return { name: bench.name, timeMs, gigaOps: bench.operations / timeMs / 1e6 };
}

/** Lines of a table, one for each case. */
export async function timeAll(context: GpuContext, benches: readonly KernelBench[]): Promise<string[]> {
  const lines = [`adapter: ${context.name}`];
  for (const bench of benches) {
    const { name, timeMs, gigaOps } = await timeKernel(context, bench);
    lines.push(`${name.padEnd(48)} ${timeMs.toFixed(3).padStart(10)} ms ${gigaOps.toFixed(2).padStart(9)} Gop/s`);
  }
  return lines;
}
