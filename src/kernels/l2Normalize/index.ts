/** Rows of length one, as torch.nn.functional.normalize: for codebooks that compare by cosine. */
import l2Normalize from '../../../shaders/l2_normalize.wgsl';
import { ceil4, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface L2NormalizeOptions {
  readonly count: number;
  readonly dim: number;
  /** Shorter rows are divided by this. 1e-12 as in PyTorch. */
  readonly eps: number;
}

const WG = 64;

/** Roles x, out: f32 [count, ceil4(dim)]. */
export function plan({ count, dim, eps }: L2NormalizeOptions, target: Target): OpPlan {
  checkSizes('l2Normalize', { count, dim });
  const vectors = ceil4(dim) / 4;
  checkBinding('l2Normalize', 'x', count * vectors * 16, target);
  return {
    dispatches: [
      {
        shader: l2Normalize,
        variant: 'f32',
        constants: { WG },
        bindings: ['x', 'out'],
        params: packParams(count, vectors, { float: eps }),
        workgroups: linearGrid(count, WG, target),
      },
    ],
    scratch: {},
  };
}
