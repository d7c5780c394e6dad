/**
 * A discrete run that stays on the GPU: network, guidance, random numbers, posterior and the states of the trace. Everything is made once for a
 * batch (pipelines, bind groups, buffers); a step is copies and dispatches, and nothing is read back but the states that somebody looks at.
 */
import { COEFFICIENTS } from '../../diffusion/posterior';
import { createStorage, createUniform, writeBuffer } from '../../gpu/buffers';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import type { OpPlan } from '../../kernels/kernel';
import * as imposeKnown from '../../kernels/imposeKnown';
import * as posteriorSample from '../../kernels/posteriorSample';
import * as revealCandidates from '../../kernels/revealCandidates';
import * as revealRank from '../../kernels/revealRank';
import { logRowBytes, packRun, packStep, RUN_BYTES, STEP_BYTES } from '../../kernels/samplerParams';
import * as x0LogProbs from '../../kernels/x0LogProbs';
import type { DistributionOptions } from '../../diffusion/distribution';
import type { Span } from '../../diffusion/run';
import type { ModelMemory } from '../../models/compiled';
import { bindPlans, dispatchAll, type BoundDispatch } from '../../gpu/bindPlans';
import type { StepSampler } from './gpuMachine';
import { addMemory, StepTable, type GpuNetwork } from './gpuNetwork';
import { KeptStates } from './keptStates';
import type { MachineState } from './machine';
import type { DiscreteProgram, ProgramStep } from './program';

/** The kernels of one grid. */
interface GridKernels {
  readonly run: GPUBuffer;
  readonly order: GPUBuffer;
  readonly x0: readonly BoundDispatch[];
  readonly posterior: readonly BoundDispatch[];
  readonly reveal: readonly BoundDispatch[];
  readonly impose: readonly BoundDispatch[];
}

/** What a kept state is made of, each [batch, N] of 4 bytes; the network's opinion of a place is that of the last step which changed it. */
const STATE_PARTS = ['codes', 'best', 'confidence', 'entropy'] as const;

export interface SamplerShape {
  /** The sequence's grids, one after the other. */
  readonly spans: readonly Span[];
  readonly batch: number;
  /** The network is evaluated with and without the condition. */
  readonly guided: boolean;
  /** Every step is about one place: kernels and scratch are made for no more. */
  readonly raster?: boolean;
}

export class GpuSampler implements StepSampler {
  private readonly device: GPUDevice;
  private readonly owned: GPUBuffer[] = [];
  private readonly steps: StepTable;
  readonly states: KeptStates;

  private constructor(
    context: GpuContext,
    readonly shape: SamplerShape,
    private readonly network: GpuNetwork,
    private readonly state: Readonly<Record<(typeof STATE_PARTS)[number] | 'known' | 'step', GPUBuffer>>,
    private readonly grids: readonly GridKernels[],
    owned: readonly GPUBuffer[],
  ) {
    this.device = context.device;
    this.owned.push(...owned);
    this.steps = new StepTable(context.device, 'sampler steps', STEP_BYTES);
    this.states = new KeptStates(
      context.device,
      STATE_PARTS.map((part) => state[part]),
    );
  }

  /** @param network belongs to the sampler from now on */
  static async create(context: GpuContext, network: GpuNetwork, shape: SamplerShape): Promise<GpuSampler> {
    const { device } = context;
    const { spans, batch, guided, raster = false } = shape;
    /** Places of a grid that change in one step, at most. */
    const stepPlaces = ({ count }: Span): number => (raster ? 1 : count);
    const owned: GPUBuffer[] = [];
    const storage = (label: string, bytes: number): GPUBuffer => {
      const buffer = createStorage(device, `sampler ${label}`, bytes);
      owned.push(buffer);
      return buffer;
    };
    const uniform = (label: string, bytes: number): GPUBuffer => {
      const buffer = createUniform(device, `sampler ${label}`, new ArrayBuffer(bytes));
      owned.push(buffer);
      return buffer;
    };
    try {
      return await withErrorScopes(device, async () => {
        const places = batch * spans.reduce((sum, { count }) => sum + count, 0) * 4;
        const logBytes = Math.max(...spans.map((span) => batch * stepPlaces(span) * logRowBytes(span.codebookSize)));
        const shared = {
          xt: storage('codes', places),
          known: storage('known', places),
          logs: storage('logs', logBytes),
          best: storage('best', places),
          confidence: storage('confidence', places),
          entropy: storage('entropy', places),
          candidate: storage('candidate', places),
          priority: storage('priority', places),
          step: uniform('step', STEP_BYTES),
        };
        const grids = await Promise.all(
          spans.map(async (span, g): Promise<GridKernels> => {
            const logits = network.outputs[g];
            if (!logits) throw new Error(`The network has no logits for grid ${g}.`);
            const { codebookSize } = span;
            const count = stepPlaces(span);
            const own = { run: uniform(`run ${g}`, RUN_BYTES), order: storage(`order ${g}`, count * 4) };
            const roles: Readonly<Record<string, GPUBuffer>> = { ...shared, ...own, logits: logits.buffer };
            const size = { samples: batch, count, codebookSize };
            const bound = (...plans: readonly OpPlan[]) => bindPlans(device, plans, roles, owned);
            return {
              ...own,
              x0: await bound(x0LogProbs.plan({ ...size, logitStride: logits.stride, guided }, context.target)),
              posterior: await bound(posteriorSample.plan(size, context.target)),
              reveal: await bound(revealCandidates.plan(size, context.target), revealRank.plan(size, context.target)),
              impose: await bound(imposeKnown.plan(size, context.target)),
            };
          }),
        );
        const { xt: codes, best, confidence, entropy, known, step } = shared;
        const state = { codes, best, confidence, entropy, known, step };
        return new GpuSampler(context, shape, network, state, grids, owned);
      });
    } catch (error) {
      for (const buffer of owned) buffer.destroy();
      network.dispose();
      throw error;
    }
  }

  get memory(): ModelMemory {
    return addMemory(this.network.memory, this.owned);
  }

  begin(
    program: DiscreteProgram,
    done: number,
    start: MachineState,
    conditions: Int32Array<ArrayBuffer>,
    distribution: DistributionOptions,
  ): number {
    const { device, shape, network, state } = this;
    const { spans, batch } = shape;
    const { steps, known, seed, length } = program;
    const packed = new Uint8Array(steps.length * STEP_BYTES);
    steps.forEach((entry, i) => packed.set(new Uint8Array(packProgramStep(entry)), i * STEP_BYTES));
    this.steps.write(packed);
    network.begin(program, conditions);
    for (const part of STATE_PARTS) writeBuffer(device, state[part], start[part]);
    if (known) writeBuffer(device, state.known, known.codes);
    spans.forEach(({ codebookSize }, g) => {
      const grid = this.grids[g];
      const logits = network.outputs[g];
      if (!grid || !logits) return;
      const run = {
        seed,
        samples: batch,
        length,
        codebookSize,
        logitStride: logits.stride,
        noised: known?.noised ?? false,
      };
      writeBuffer(device, grid.run, packRun({ ...run, ...distribution }));
      const first = steps.find(({ span }) => this.gridOf(span) === g);
      if (first) writeBuffer(device, grid.order, first.order);
    });
    return done;
  }

  catchUp(encoder: GPUCommandEncoder, i: number, most: number): number {
    return this.network.catchUp?.(encoder, i, this.state.codes, most) ?? 0;
  }

  record(encoder: GPUCommandEncoder, program: DiscreteProgram, i: number): void {
    const { network, state } = this;
    const entry = program.steps[i];
    const grid = entry && this.grids[this.gridOf(entry.span)];
    if (!grid) throw new Error(`There is no step ${i}: begin a program first.`);
    this.steps.copy(encoder, i, state.step);
    network.record(encoder, i, state.codes);
    const pass = encoder.beginComputePass({ label: 'sample' });
    const draws = entry.step.kind === 'posterior';
    const change = draws ? grid.posterior : grid.reveal;
    // Revealing leaves codes that are there as they are: known ones need no reminder.
    const imposes = draws && program.known;
    dispatchAll(pass, [...grid.x0, ...change, ...(imposes ? grid.impose : [])]);
    pass.end();
  }

  parse(bytes: ArrayBuffer): MachineState {
    const size = bytes.byteLength / STATE_PARTS.length;
    const part = (i: number) => bytes.slice(i * size, (i + 1) * size);
    return {
      codes: new Int32Array(part(0)),
      best: new Int32Array(part(1)),
      confidence: new Float32Array(part(2)),
      entropy: new Float32Array(part(3)),
    };
  }

  dispose(): void {
    for (const buffer of this.owned) buffer.destroy();
    this.steps.dispose();
    this.states.dispose();
    this.network.dispose();
  }

  /** The grid that a step's span lies in. */
  private gridOf({ first }: Span): number {
    return this.shape.spans.findIndex((grid) => first >= grid.first && first < grid.first + grid.count);
  }
}

function packProgramStep({ span, step, schedule }: ProgramStep): ArrayBuffer {
  const { number, to } = step;
  const common = {
    number,
    first: span.first,
    count: span.count,
    alphaBarTo: schedule.alphaBar[to] ?? 1,
    gammaBarTo: schedule.gammaBar[to] ?? 0,
  };
  if (step.kind === 'posterior')
    return packStep({ ...common, coefficients: COEFFICIENTS.map((name) => step.coefficients[name]) });
  const { masked, priority, noise, sharpen } = step;
  return packStep({ ...common, reveal: { masked, priority, noise, sharpen } });
}
