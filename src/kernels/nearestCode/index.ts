/** The nearest code of every latent, L2 (van den Oord et al. 2017, eq. 1). Cosine = both sides normalised first. */
import nearestCode from '../../../shaders/nearest_code.wgsl';
import nearestCodeMerge from '../../../shaders/nearest_code_merge.wgsl';
import { ceil4, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface NearestCodeOptions {
  /** Latents. */
  readonly count: number;
  readonly codebookSize: number;
  readonly codeDim: number;
}

const WG = 16;
const MERGE_WG = 64;

/**
 * Roles latents ([count, ceil4(codeDim)] f32), codebook ([codebookSize, ceil4(codeDim)] f32), indices (i32 [count]),
 * distances (f32 [count], |z - e|^2). Ties go to the lowest index; a latent with NaN gets index 0 and distance NaN.
 */
export function plan({ count, codebookSize, codeDim }: NearestCodeOptions, target: Target): OpPlan {
  checkSizes('nearestCode', { count, codebookSize, codeDim });
  const vectors = ceil4(codeDim) / 4;
  checkBinding('nearestCode', 'codebook', codebookSize * vectors * 16, target);
  checkBinding('nearestCode', 'latents', count * vectors * 16, target);
  const latentsPerItem = count >= 64 ? 4 : 1;
  const latentTiles = Math.ceil(count / latentsPerItem);
  // Few latents alone would leave most of a GPU idle: split the codebook until there are some thousand invocations.
  const wanted = Math.ceil((target.isSoftware ? 256 : 16384) / latentTiles);
  const segment = Math.ceil(codebookSize / Math.max(1, Math.min(wanted, Math.floor(codebookSize / 16))) / 4) * 4;
  const segments = Math.ceil(codebookSize / segment);
  return {
    dispatches: [
      {
        shader: nearestCode,
        variant: `f32@${latentsPerItem}x4`,
        constants: { WG },
        bindings: ['latents', 'codebook', 'best'],
        params: packParams(count, codebookSize, vectors, segment),
        workgroups: [Math.ceil(latentTiles / WG), segments, 1],
      },
      {
        shader: nearestCodeMerge,
        variant: 'f32',
        constants: { WG: MERGE_WG },
        bindings: ['latents', 'codebook', 'best', 'indices', 'distances'],
        params: packParams(count, vectors, segments),
        workgroups: linearGrid(count, MERGE_WG, target),
      },
    ],
    scratch: { best: segments * count * 8 },
  };
}
