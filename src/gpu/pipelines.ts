/** Compute pipelines, made once per (source, constants), in parallel, with layouts read from the shader's own declarations. */
import { GpuError } from './errorScopes';
import type { Dispatch } from './plan';

export interface ComputeStage {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

type ShaderRef = Pick<Dispatch, 'shader' | 'variant' | 'constants'>;

/** Buffer types by binding number, from `@group(0) @binding(n) var<...>`. */
export function bindingTypes(source: string): Map<number, GPUBufferBindingType> {
  const declaration = /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage)\s*(?:,\s*(read_write|read)\s*)?>/g;
  return new Map(
    Array.from(source.matchAll(declaration), ([, binding, space, access]) => [
      Number(binding),
      space === 'uniform' ? 'uniform' : access === 'read_write' ? 'storage' : 'read-only-storage',
    ]),
  );
}

/** Compiler messages with the lines they mean. */
export function explainCompilation(name: string, source: string, messages: readonly GPUCompilationMessage[]): string {
  const lines = source.split('\n');
  const told = messages.map(
    ({ type, lineNum, linePos, message }) =>
      `${type} at ${name}:${lineNum}:${linePos}: ${message}\n    ${lines[lineNum - 1] ?? ''}`,
  );
  return told.join('\n');
}

const caches = new WeakMap<GPUDevice, PipelineCache>();

/** The device's one cache: everything that runs on it shares its pipelines. */
export function pipelinesOf(device: GPUDevice): PipelineCache {
  const cache = caches.get(device) ?? new PipelineCache(device);
  caches.set(device, cache);
  return cache;
}

/** One cache per device: `pipelinesOf`. */
export class PipelineCache {
  private readonly modules = new Map<string, GPUShaderModule>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();
  private readonly stages = new Map<string, Promise<ComputeStage>>();

  constructor(private readonly device: GPUDevice) {}

  /** Pipelines made so far. */
  get size(): number {
    return this.stages.size;
  }

  /**
   * The pipeline of a dispatch; the second call for the same shader, variant and constants gives the first one's.
   * @throws GpuError with the compiler's messages and the source lines.
   */
  get(ref: ShaderRef): Promise<ComputeStage> {
    const source = ref.shader.variants[ref.variant];
    if (source === undefined) {
      const known = Object.keys(ref.shader.variants).join(', ');
      return Promise.reject(new GpuError(`shader ${ref.shader.name} has no variant "${ref.variant}", only ${known}`));
    }
    const constants = Object.entries(ref.constants).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = `${ref.shader.name} ${ref.variant} ${JSON.stringify(constants)}`;
    const cached = this.stages.get(key);
    if (cached) return cached;
    const made = this.create(key, ref, source);
    this.stages.set(key, made);
    return made;
  }

  private async create(key: string, ref: ShaderRef, source: string): Promise<ComputeStage> {
    const module = this.module(`${ref.shader.name}.${ref.variant}`, source);
    const layout = this.layout(source);
    try {
      const pipeline = await this.device.createComputePipelineAsync({
        label: key,
        layout: this.device.createPipelineLayout({ label: key, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main', constants: { ...ref.constants } },
      });
      return { pipeline, layout };
    } catch (error) {
      this.stages.delete(key);
      const { messages } = await module.getCompilationInfo();
      const details = explainCompilation(ref.shader.name, source, messages);
      throw new GpuError(`${key}: ${(error as Error).message}\n${details}`, { cause: error });
    }
  }

  private module(label: string, code: string): GPUShaderModule {
    let module = this.modules.get(code);
    if (!module) this.modules.set(code, (module = this.device.createShaderModule({ label, code })));
    return module;
  }

  private layout(source: string): GPUBindGroupLayout {
    const types = [...bindingTypes(source)].sort(([a], [b]) => a - b);
    const key = JSON.stringify(types);
    let layout = this.layouts.get(key);
    if (!layout) {
      const entries = types.map(([binding, type]) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type },
      }));
      this.layouts.set(key, (layout = this.device.createBindGroupLayout({ label: key, entries })));
    }
    return layout;
  }
}
