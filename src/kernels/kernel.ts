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
export type { Dispatch, DType, Elem, OpPlan, Shader, Target } from '../gpu/plan';
export { sizeOf } from '../gpu/plan';

/** Channels as they lie in memory. */
export const ceil4 = (channels: number): number => (channels + 3) & ~3;

/** Shapes that do not fit: says what was needed and what was found. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}
