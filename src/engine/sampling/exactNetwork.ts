/** The exact denoiser of a finite set (src/diffusion/exact.ts) as a network on the GPU: two kernels instead of a transformer. */
import { exactCoefficients, mapPrior, type FiniteSet } from '../../diffusion/exact';
import { LEAST_LOG } from '../../diffusion/distribution';
import { createStorage, createUniform, uploadStorage } from '../../gpu/buffers';
import type { GpuContext } from '../../gpu/device';
import { withErrorScopes } from '../../gpu/errorScopes';
import * as exactDenoiser from '../../kernels/exactDenoiser';
import * as exactLogWeights from '../../kernels/exactLogWeights';
import { EXACT_STEP_BYTES, packExactRun, packExactStep } from '../../kernels/exactLogWeights';
import type { ModelMemory } from '../../models/compiled';
import type { GpuTensor } from '../../models/prior/runtime';
import { bindPlans, dispatchAll, type BoundDispatch } from '../../gpu/bindPlans';
import { StepTable, type GpuNetwork } from './gpuNetwork';
import type { DiscreteProgram } from './program';

export class ExactNetwork implements GpuNetwork {
  private readonly steps: StepTable;

  private constructor(
    device: GPUDevice,
    private readonly buffers: Readonly<Record<'codes' | 'step' | 'logits' | 'prior', GPUBuffer>>,
    private readonly owned: readonly GPUBuffer[],
    private readonly dispatches: readonly BoundDispatch[],
    private readonly set: FiniteSet,
    private readonly raster: boolean,
  ) {
    this.steps = new StepTable(device, 'exact steps', EXACT_STEP_BYTES);
  }

  /**
   * @param raster places from a step's span on are not looked at: exact autoregression
   * @param known codes that the denoiser takes for certain, [batch, N], -1 where free; null: it has only what the state shows
   */
  static async create(
    context: GpuContext,
    set: FiniteSet,
    batch: number,
    { raster, known }: { readonly raster: boolean; readonly known: Int32Array | null },
  ): Promise<ExactNetwork> {
    const { device, target } = context;
    const length = set.height * set.width;
    const size = { samples: batch, length, maps: set.count, codebookSize: set.codebookSize };
    const stride = exactDenoiser.exactLogitStride(set.codebookSize);
    const prior = known ? mapPrior(set, known) : new Float32Array(batch * set.count);
    const roles = {
      codes: createStorage(device, 'exact codes', batch * length * 4),
      maps: uploadStorage(device, 'exact maps', Int32Array.from(set.maps)),
      prior: uploadStorage(device, 'exact prior', prior),
      logWeights: createStorage(device, 'exact weights', batch * set.count * 4),
      logits: createStorage(device, 'exact logits', batch * length * stride * 4),
      run: createUniform(device, 'exact run', packExactRun(size)),
      step: createUniform(device, 'exact step', new ArrayBuffer(EXACT_STEP_BYTES)),
    };
    const owned = Object.values(roles);
    try {
      const plans = [exactLogWeights.plan(size, target), exactDenoiser.plan(size, target)];
      const dispatches = await withErrorScopes(device, () => bindPlans(device, plans, roles, owned));
      return new ExactNetwork(device, roles, owned, dispatches, set, raster);
    } catch (error) {
      for (const buffer of owned) buffer.destroy();
      throw error;
    }
  }

  get memory(): ModelMemory {
    const activationsBytes = this.owned.reduce((sum, { size }) => sum + size, 0);
    return { weightsBytes: 0, weightsBuffers: 0, activationsBytes, buffers: this.owned.length };
  }

  get outputs(): readonly GpuTensor[] {
    const { codebookSize } = this.set;
    return [
      { buffer: this.buffers.logits, columns: codebookSize, stride: exactDenoiser.exactLogitStride(codebookSize) },
    ];
  }

  begin({ steps }: DiscreteProgram): void {
    const rows = new Uint8Array(steps.length * EXACT_STEP_BYTES);
    steps.forEach(({ span: { first, count }, step, schedule }, i) => {
      // In raster order nothing is noisy: a code that is not the map's own rules the map out.
      const coefficients = this.raster ? { same: 0, other: LEAST_LOG } : exactCoefficients(schedule, step.networkTime);
      const seen = this.raster ? first : this.set.height * this.set.width;
      rows.set(new Uint8Array(packExactStep({ ...coefficients, seen, first, count })), i * EXACT_STEP_BYTES);
    });
    this.steps.write(rows);
  }

  record(encoder: GPUCommandEncoder, i: number, codes: GPUBuffer): void {
    this.steps.copy(encoder, i, this.buffers.step);
    encoder.copyBufferToBuffer(codes, 0, this.buffers.codes, 0, codes.size);
    const pass = encoder.beginComputePass({ label: 'exact denoiser' });
    dispatchAll(pass, this.dispatches);
    pass.end();
  }

  dispose(): void {
    this.steps.dispose();
    for (const buffer of this.owned) buffer.destroy();
  }
}
