/** From FSQ indices back to code values. */
import fsqCodes from '../../../shaders/fsq_codes.wgsl';
import { checkLevels, fsqBasis } from '../fsq';
import { NAN_BITS } from '../gatherCodes';
import { ceil4, type Elem, type OpPlan, type Target } from '../kernel';
import { checkSizes, linearGrid, variantOf } from '../params';

export interface FsqCodesOptions {
  readonly count: number;
  readonly levels: readonly number[];
  readonly outElem: Elem;
}

const WG = 64;

/** Roles indices (i32 [count]), out ([count, ceil4(d)]); an index that is no code gives NaN. @throws ShapeError */
export function plan({ count, levels, outElem }: FsqCodesOptions, target: Target): OpPlan {
  checkSizes('fsqCodes', { count });
  checkLevels('fsqCodes', levels);
  const vectors = ceil4(levels.length) / 4;
  const basis = fsqBasis(levels);
  // Params: for every four dimensions levels, half, basis (vec4u each; 1, 0, 1 in the padding), then four numbers.
  const words = new Uint32Array(4 * 12 + 4);
  for (let i = 0; i < 16; i++) {
    const at = (i >> 2) * 12 + (i & 3);
    words[at] = levels[i] ?? 1;
    words[at + 4] = Math.floor((levels[i] ?? 0) / 2);
    words[at + 8] = basis[i] ?? 1;
  }
  words.set([count * vectors, vectors, levels.reduce((product, level) => product * level, 1), NAN_BITS], 48);
  return {
    dispatches: [
      {
        shader: fsqCodes,
        variant: variantOf('f32', outElem),
        constants: { WG },
        bindings: ['indices', 'out'],
        params: words.buffer,
        workgroups: linearGrid(count * vectors, WG, target),
      },
    ],
    scratch: {},
  };
}
