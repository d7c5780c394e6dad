/** Rows of the codebook by index: from a picture's codes back to vectors. */
import gatherCodes from '../../../shaders/gather_codes.wgsl';
import { ceil4, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams, variantOf } from '../params';

export interface GatherCodesOptions {
  readonly count: number;
  readonly codebookSize: number;
  readonly codeDim: number;
  readonly outElem: Elem;
}

const WG = 64;

/** The bits of a quiet NaN. */
export const NAN_BITS = 0x7fc00000;

/** Roles indices (i32 [count]), codebook (f32 [codebookSize, ceil4(codeDim)]), out ([count, ceil4(codeDim)]). */
export function plan({ count, codebookSize, codeDim, outElem }: GatherCodesOptions, target: Target): OpPlan {
  checkSizes('gatherCodes', { count, codebookSize, codeDim });
  const vectors = ceil4(codeDim) / 4;
  checkBinding('gatherCodes', 'codebook', codebookSize * vectors * 16, target);
  return {
    dispatches: [
      {
        shader: gatherCodes,
        variant: variantOf('f32', outElem),
        constants: { WG },
        bindings: ['indices', 'codebook', 'out'],
        params: packParams(codebookSize, vectors, count * vectors, NAN_BITS),
        workgroups: linearGrid(count * vectors, WG, target),
      },
    ],
    scratch: {},
  };
}
