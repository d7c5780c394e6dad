/** Finite scalar quantization (Mentzer et al. 2023); the formula is in docs/model-format.md. */
import fsq from '../../../shaders/fsq.wgsl';
import { ceil4, ShapeError, type Elem, type OpPlan, type Target } from '../kernel';
import { checkSizes, linearGrid, variantOf } from '../params';

export interface FsqOptions {
  readonly count: number;
  /** Values in each dimension, >= 2; codeDim = levels.length, at most 16. */
  readonly levels: readonly number[];
  readonly outElem: Elem;
}

const WG = 64;
const MOST_DIMENSIONS = 16;

/** What the formula needs of one dimension with L levels. */
export function fsqDimension(levels: number): { shift: number; halfWidth: number; offset: number; half: number } {
  const halfWidth = ((levels - 1) * (1 + 1e-3)) / 2;
  const offset = levels % 2 === 0 ? 0.5 : 0;
  return { shift: Math.atanh(offset / halfWidth), halfWidth, offset, half: Math.floor(levels / 2) };
}

/** Place values of the index: [1, L0, L0 L1, ...]. */
export const fsqBasis = (levels: readonly number[]): number[] =>
  levels.map((_, i) => levels.slice(0, i).reduce((product, level) => product * level, 1));

/** @throws ShapeError for levels that make no code book of at most 2^31 codes. */
export function checkLevels(kernel: string, levels: readonly number[]): void {
  const codes = levels.reduce((product, level) => product * level, 1);
  const fine = levels.every((level) => Number.isInteger(level) && level >= 2);
  if (!fine || levels.length < 1 || levels.length > MOST_DIMENSIONS || codes >= 2 ** 31)
    throw new ShapeError(
      `${kernel}: needed 1 to ${MOST_DIMENSIONS} levels >= 2 with a product < 2^31, found [${levels.join(', ')}]`,
    );
}

/** Roles latents (f32 [count, ceil4(d)]), indices (i32 [count]), out ([count, ceil4(d)] code values). @throws ShapeError */
export function plan({ count, levels, outElem }: FsqOptions, target: Target): OpPlan {
  checkSizes('fsq', { count });
  checkLevels('fsq', levels);
  // Params: for every four dimensions shift, halfWidth, offset, half, basis (vec4 each); then count, vectors.
  const view = new DataView(new ArrayBuffer(4 * 80 + 16));
  const basis = fsqBasis(levels);
  levels.forEach((level, i) => {
    const { shift, halfWidth, offset, half } = fsqDimension(level);
    const at = (i >> 2) * 80 + (i & 3) * 4;
    [shift, halfWidth, offset, half].forEach((value, field) => view.setFloat32(at + 16 * field, value, true));
    view.setUint32(at + 64, basis[i] ?? 0, true);
  });
  view.setUint32(320, count, true);
  view.setUint32(324, ceil4(levels.length) / 4, true);
  return {
    dispatches: [
      {
        shader: fsq,
        variant: variantOf('f32', outElem),
        constants: { WG },
        bindings: ['latents', 'indices', 'out'],
        params: view.buffer,
        workgroups: linearGrid(count, WG, target),
      },
    ],
    scratch: {},
  };
}
