/**
 * What every kernel wrapper gives to the graph compiler: plain data, no GPU objects.
 *
 * A kernel folder exports `plan(options, target): OpPlan`. It checks the shapes (throws `ShapeError`), picks the shader
 * variant and its override constants, and says how many workgroups to start. Names of tensors are the op's own roles
 * ("x", "weight", "out", or a scratch name); the graph compiler maps roles to buffers.
 *
 * Feature maps lie in memory as [n, h, w, cp] with cp = ceil4(c): channels are padded with zeros to a multiple of four,
 * so that every kernel can load vec4. Rows of latents and codebooks are padded in the same way.
 */

/** Element type of a buffer. Sums are always made in f32. */
export type DType = 'f32' | 'f16' | 'i32' | 'u32';
/** Storage type of activations and weights. */
export type Elem = 'f32' | 'f16';

/** One linked WGSL program, made by build/wgslLinker.ts from shaders/<name>.wgsl. */
export interface Shader {
  readonly name: string;
  /** variant name (for example "f32", "f16", "f16_f32") to WGSL source. */
  readonly variants: Readonly<Record<string, string>>;
}

export interface Dispatch {
  readonly shader: Shader;
  readonly variant: string;
  /** Values of the shader's `override` declarations. */
  readonly constants: Readonly<Record<string, number>>;
  /** Roles bound at @group(0) @binding(0..n-1), inputs first. */
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

/** Channels as they lie in memory. */
export const ceil4 = (channels: number): number => (channels + 3) & ~3;

/** Bytes of one element. */
export const sizeOf = (dtype: DType): number => (dtype === 'f16' ? 2 : 4);

/** Shapes that do not fit: says what was needed and what was found. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}
