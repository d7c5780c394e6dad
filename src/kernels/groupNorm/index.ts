/** GroupNorm with optional SiLU (Wu & He 2018): statistics by chunks of pixels, then one pass that merges and applies them. */
import groupNorm from '../../../shaders/group_norm.wgsl';
import groupNormStats from '../../../shaders/group_norm_stats.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface GroupNormOptions {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Divides `channels`. */
  readonly groups: number;
  readonly eps: number;
  readonly silu: boolean;
  readonly elem: Elem;
}

const WG = 64;

/**
 * Roles x, gamma, beta (f32, padded to ceil4), out; scratch `stats`.
 * @throws ShapeError where the groups do not divide the channels.
 */
export function plan(options: GroupNormOptions, target: Target): OpPlan {
  const { batch, height, width, channels, groups, eps, silu, elem } = options;
  checkSizes('groupNorm', { batch, height, width, channels, groups });
  if (channels % groups) throw new ShapeError(`groupNorm: ${groups} groups do not divide ${channels} channels`);
  const pixels = height * width;
  const vectors = ceil4(channels) / 4;
  checkBinding('groupNorm', 'x', batch * pixels * vectors * 4 * sizeOf(elem), target);
  // More chunks keep a wide machine busy, but every invocation of the second pass reads them all.
  const [mostChunks, leastPixels, slice] = target.isSoftware ? [8, 64, 128] : [64, 32, 16];
  const chunk = Math.ceil(pixels / Math.min(mostChunks, Math.ceil(pixels / leastPixels)));
  const chunks = Math.ceil(pixels / chunk);
  const slices = Math.ceil(pixels / slice);
  const statsItems = batch * chunks * vectors;
  const items = batch * slices * vectors;
  return {
    dispatches: [
      {
        shader: groupNormStats,
        variant: elem,
        constants: { WG },
        bindings: ['x', 'stats'],
        params: packParams(pixels, vectors, chunk, chunks, statsItems),
        workgroups: linearGrid(statsItems, WG, target),
      },
      {
        shader: groupNorm,
        variant: elem,
        constants: { WG, SILU: Number(silu) },
        bindings: ['x', 'gamma', 'beta', 'stats', 'out'],
        params: packParams(pixels, vectors, channels, channels / groups, chunk, chunks, slice, slices, items, {
          float: eps,
        }),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: { stats: statsItems * 2 * 16 },
  };
}
