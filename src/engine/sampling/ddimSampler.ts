/**
 * DDIM over a gaussian prior that stays on the GPU: network; guidance, step and known places; and the codes nearest to the latents
 * and to the predicted x0. `GaussianMachine` is its twin in TypeScript.
 */
import type { DistributionOptions } from '../../diffusion/distribution';
import { bindPlans, dispatchAll, type BoundDispatch } from '../../gpu/bindPlans';
import { createStorage, createUniform, uploadStorage, writeBuffer } from '../../gpu/buffers';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import { padRows } from '../../graph/weights';
import * as ddimStep from '../../kernels/ddimStep';
import { DDIM_RUN_BYTES, DDIM_STEP_BYTES, packDdimRun, packDdimStep } from '../../kernels/ddimStep';
import { ceil4 } from '../../kernels/kernel';
import * as nearestCode from '../../kernels/nearestCode';
import type { ModelMemory } from '../../models/compiled';
import type { StepSampler } from './gpuMachine';
import { addMemory, StepTable, type PriorNetwork } from './gpuNetwork';
import { KeptStates } from './keptStates';
import type { LatentSpace } from './latentSpace';
import { emptyState, type MachineState } from './machine';
import type { GaussianProgram } from './program';

export interface DdimShape {
  readonly batch: number;
  /** N: latents of a sample. */
  readonly length: number;
  /** The network is evaluated with and without the condition. */
  readonly guided: boolean;
}

export class DdimSampler implements StepSampler {
  readonly states: KeptStates;
  private readonly steps: StepTable;

  private constructor(
    private readonly device: GPUDevice,
    private readonly network: PriorNetwork,
    private readonly space: LatentSpace,
    private readonly options: ddimStep.DdimStepOptions,
    private readonly buffers: Readonly<Record<'latents' | 'known' | 'indices' | 'run' | 'step', GPUBuffer>>,
    /** The step, and the search for the nearest codes. */
    private readonly kernels: readonly BoundDispatch[],
    private readonly owned: readonly GPUBuffer[],
  ) {
    this.steps = new StepTable(device, 'ddim steps', DDIM_STEP_BYTES);
    this.states = new KeptStates(device, [buffers.indices]);
  }

  /** @param network belongs to the sampler from now on; compiled for `batch` samples, twice as many where guided */
  static async create(
    { device, target }: GpuContext,
    network: PriorNetwork,
    space: LatentSpace,
    { batch, length, guided }: DdimShape,
  ): Promise<DdimSampler> {
    const owned: GPUBuffer[] = [];
    const own = (buffer: GPUBuffer): GPUBuffer => (owned.push(buffer), buffer);
    const upload = (label: string, data: Float32Array) => own(uploadStorage(device, label, Float32Array.from(data)));
    try {
      return await withErrorScopes(device, async () => {
        const [epsilon] = network.outputs;
        if (!epsilon) throw new Error('A gaussian prior speaks of the noise of one grid.');
        const { dim, codebookSize, codebook } = space;
        const xStride = ceil4(dim);
        const shape = { samples: batch, count: length, dim, xStride, epsilonStride: epsilon.stride, guided };
        const options = { ...shape, codebookSize };
        const rows = 2 * batch * length;
        const every = Int32Array.from({ length: codebookSize }, (_, code) => code);
        const shared = {
          latents: own(createStorage(device, 'latents', rows * xStride * 4)),
          points: own(createStorage(device, 'latents as the codebook has them', rows * xStride * 4)),
          known: own(createStorage(device, 'known codes', batch * length * 4)),
          indices: own(createStorage(device, 'nearest codes', rows * 4)),
          distances: own(createStorage(device, 'distances', rows * 4)),
          codebook: upload('codebook', padRows(codebook, dim)),
          normalised: upload('normalised codebook', padRows(space.latentsOf(every), dim)),
          units: upload('deviation and mean', padRows(Float32Array.of(...space.std, ...space.mean), dim)),
          run: own(createUniform(device, 'ddim run', new ArrayBuffer(DDIM_RUN_BYTES))),
          step: own(createUniform(device, 'ddim step', new ArrayBuffer(DDIM_STEP_BYTES))),
        };
        const onLatents = { ...shared, x: shared.latents, epsilon: epsilon.buffer, codebook: shared.normalised };
        const search = nearestCode.plan({ count: rows, codebookSize, codeDim: dim }, target);
        const kernels = [
          ...(await bindPlans(device, [ddimStep.plan(options, target)], onLatents, owned)),
          ...(await bindPlans(device, [search], { ...shared, latents: shared.points }, owned)),
        ];
        return new DdimSampler(device, network, space, options, shared, kernels, owned);
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

  /** xt and behind it the predicted x0, normalised, f32 [2, batch, N, ceil4(d)]. */
  get latents(): GPUBuffer {
    return this.buffers.latents;
  }

  /** Latents of a lost device are gone: it always begins anew, with the same noise, so that the result is the same. */
  begin(
    program: GaussianProgram,
    _done: number,
    _state: MachineState,
    conditions: Int32Array<ArrayBuffer>,
    { guidanceScale }: DistributionOptions,
  ): number {
    const { device, space, options, buffers } = this;
    const { steps, known, seed } = program;
    const packed = new Uint8Array(steps.length * DDIM_STEP_BYTES);
    steps.forEach((step, i) => packed.set(new Uint8Array(packDdimStep(step)), i * DDIM_STEP_BYTES));
    this.steps.write(packed);
    this.network.begin(program, conditions);
    writeBuffer(device, buffers.latents, Float32Array.from(padRows(space.start(program), space.dim)));
    if (known) writeBuffer(device, buffers.known, known.codes);
    writeBuffer(device, buffers.run, packDdimRun({ ...options, guidanceScale, seed, imposes: known !== null }));
    return 0;
  }

  /** The network keeps nothing from step to step. */
  catchUp(): number {
    return 0;
  }

  record(encoder: GPUCommandEncoder, _program: GaussianProgram, i: number): void {
    const { buffers, kernels } = this;
    this.steps.copy(encoder, i, buffers.step);
    this.network.record(encoder, i, buffers.latents, buffers.latents.size / 2);
    const pass = encoder.beginComputePass({ label: 'ddim' });
    dispatchAll(pass, kernels);
    pass.end();
  }

  parse(bytes: ArrayBuffer): MachineState {
    const half = bytes.byteLength / 2;
    return { ...emptyState(new Int32Array(bytes.slice(0, half))), best: new Int32Array(bytes.slice(half)) };
  }

  dispose(): void {
    for (const buffer of this.owned) buffer.destroy();
    this.steps.dispose();
    this.states.dispose();
    this.network.dispose();
  }
}
