/** Adaptive LayerNorm and the linear layer behind it in one dispatch: half of a transformer block's matmuls begin like this. */
import normedLinear from '../../../shaders/normed_linear.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkNorm, type NormOptions } from '../layerNorm';
import { ACTIVATION } from '../linear';
import { checkBinding, checkSizes, packParams, variantOf } from '../params';

/** `width` is that of x; x is f32, as layerNorm's. */
export interface NormedLinearOptions extends NormOptions {
  readonly outWidth: number;
  readonly activation: keyof typeof ACTIVATION;
  /** Type of weight. */
  readonly elem: Elem;
  readonly outElem: Elem;
}

/**
 * Roles x [samples, inRows, width], weight (`packConvWeight` with kernelSize 1), bias, modulation, table, out [samples, outRows,
 * outWidth]. @throws ShapeError for sizes that do not fit
 */
export function plan(options: NormedLinearOptions, target: Target): OpPlan {
  const { samples, inRows, first, outRows, width, eps, modulationWidth, shift, scale } = options;
  const { outWidth, activation, elem, outElem } = options;
  checkNorm('normedLinear', options, target);
  checkSizes('normedLinear', { outWidth });
  const outVectors = ceil4(outWidth) / 4;
  checkBinding('normedLinear', 'weight', width * outVectors * 4 * sizeOf(elem), target);
  checkBinding('normedLinear', 'out', samples * outRows * outVectors * 4 * sizeOf(outElem), target);
  const tile = chooseTile(outRows, outVectors, samples, target);
  const groups = [
    Math.ceil(outVectors / (tile.slice * tile.vectors * tile.groupX)),
    Math.ceil(outRows / (tile.rows * tile.groupY)),
    samples,
  ] as const;
  const most = target.limits.maxComputeWorkgroupsPerDimension;
  if (Math.max(...groups) > most)
    throw new ShapeError(`normedLinear: ${samples} samples of ${outRows} rows need more than ${most} workgroups`);
  const offsets = [shift.modulation, shift.table, scale.modulation, scale.table].map((offset) => offset / 4);
  return {
    dispatches: [
      {
        shader: normedLinear,
        variant: `${variantOf(elem, outElem)}@${tile.rows}x${tile.vectors}`,
        constants: { ACTIVATION: ACTIVATION[activation], WG_X: tile.groupX, WG_Y: tile.groupY },
        bindings: ['x', 'weight', 'bias', 'modulation', 'table', 'out'],
        params: packParams(
          ...[outRows, first, inRows, width / 4, outVectors, tile.slice, modulationWidth / 4, ...offsets],
          { float: eps },
        ),
        workgroups: groups,
      },
    ],
    scratch: {},
  };
}

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** Tiles side by side that one invocation makes, from one pair of statistics. */
  readonly slice: number;
  readonly groupX: number;
  readonly groupY: number;
}

/** Workgroups that keep the cores of a software adapter busy: with more, statistics are only made more often. */
const SOFTWARE_GROUPS = 32;

/** Statistics are made again for every slice: lanes that would idle otherwise may, cores that are busy should not. */
function chooseTile(rows: number, outVectors: number, samples: number, { isSoftware }: Target): Tile {
  if (!isSoftware) {
    const groupX = Math.min(8, 2 ** Math.ceil(Math.log2(outVectors)));
    const many = (samples * rows * outVectors) / 8 >= 2048;
    return { rows: 4, vectors: many && outVectors > 1 ? 2 : 1, slice: 1, groupX, groupY: 64 / groupX };
  }
  // Two rows less than linear's tile: shift and scale take registers too.
  const tileRows = rows > 4 ? 6 : 4;
  const groupX = 8;
  const across = Math.ceil(outVectors / groupX);
  const groups = across * samples * Math.ceil(rows / tileRows);
  const slice = Math.min(across, Math.max(1, Math.floor(groups / SOFTWARE_GROUPS)));
  return { rows: tileRows, vectors: 1, slice, groupX, groupY: 1 };
}
