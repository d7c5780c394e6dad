/** The plain data that describes GPU work: shaders, dispatches, plans. No GPU objects; `src/kernels/kernel.ts` passes these names on. */

/** Element type of a buffer. Sums are always made in f32. */
export type DType = 'f32' | 'f16' | 'i32' | 'u32';
/** Storage type of activations and weights. */
export type Elem = 'f32' | 'f16';

/** One linked WGSL program, made by build/wgslLinker.ts from shaders/<name>.wgsl. */
export interface Shader {
  readonly name: string;
  /** variant name (for example "f32", "f16", "f16_f32", "f32@8x2") to WGSL source. */
  readonly variants: Readonly<Record<string, string>>;
}

export interface Dispatch {
  readonly shader: Shader;
  readonly variant: string;
  /** Values of the shader's `override` declarations. */
  readonly constants: Readonly<Record<string, number>>;
  /** Roles bound at @group(0) @binding(0..n-1), inputs first. A role may stand twice where the op does not use a slot. */
  readonly bindings: readonly string[];
  /** Bytes of the shader's `Params` struct, bound as a uniform at @binding(n); null where the shader has none. */
  readonly params: ArrayBuffer | null;
  readonly workgroups: readonly [number, number, number];
}

export interface OpPlan {
  readonly dispatches: readonly Dispatch[];
  /** Scratch tensors that live only inside this op: role to size in bytes. */
  readonly scratch: Readonly<Record<string, number>>;
}

/** What a kernel may know of the machine. */
export interface Target {
  /** A CPU pretending to be a GPU (SwiftShader, lavapipe): barriers are ruinous there. */
  readonly isSoftware: boolean;
  readonly features: ReadonlySet<string>;
  readonly limits: {
    readonly maxComputeWorkgroupsPerDimension: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
    readonly maxComputeWorkgroupStorageSize: number;
    readonly maxStorageBufferBindingSize: number;
    readonly maxStorageBuffersPerShaderStage: number;
  };
}

/** Bytes of one element. */
export const sizeOf = (dtype: DType): number => (dtype === 'f16' ? 2 : 4);
