/** Adaptive LayerNorm: out = LN(x) (1 + scale) + shift, scale and shift per sample (adaLN; DiT, Peebles and Xie 2022). */
import layerNorm from '../../../shaders/layer_norm.wgsl';
import { ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams, variantOf } from '../params';

/** Which rows are normalised, and by what they are modulated. */
export interface NormOptions {
  readonly samples: number;
  /** Rows of a sample in x, and which of them are normalised. */
  readonly inRows: number;
  readonly first: number;
  readonly outRows: number;
  /** A multiple of four. */
  readonly width: number;
  readonly eps: number;
  /** Columns of a row of `modulation`; where shift and scale begin there and in `table`. Multiples of four. */
  readonly modulationWidth: number;
  readonly shift: { readonly modulation: number; readonly table: number };
  readonly scale: { readonly modulation: number; readonly table: number };
}

export interface LayerNormOptions extends NormOptions {
  /** x is f32: a residual stream is summed over all blocks. */
  readonly outElem: Elem;
}

const WG = 64;

/** @throws ShapeError for sizes that do not fit */
export function checkNorm(kernel: string, options: NormOptions, target: Target): void {
  const { samples, inRows, first, outRows, width, modulationWidth, shift, scale } = options;
  checkSizes(kernel, { samples, inRows, outRows, width });
  const multiples = { width, modulationWidth, ...flat('shift', shift), ...flat('scale', scale) };
  for (const [name, value] of Object.entries(multiples))
    if (value % 4 || value < 0) throw new ShapeError(`${kernel}: ${name} must be a multiple of 4, found ${value}`);
  if (first < 0 || first + outRows > inRows)
    throw new ShapeError(`${kernel}: rows ${first} to ${first + outRows} of ${inRows}`);
  if (Math.max(shift.modulation, scale.modulation) + width > modulationWidth)
    throw new ShapeError(`${kernel}: shift and scale of ${width} columns do not fit into ${modulationWidth}`);
  checkBinding(kernel, 'x', samples * inRows * width * 4, target);
}

/** Roles x, modulation, table, out. @throws ShapeError for sizes that do not fit */
export function plan(options: LayerNormOptions, target: Target): OpPlan {
  const { samples, inRows, first, outRows, width, eps, modulationWidth, shift, scale, outElem } = options;
  checkNorm('layerNorm', options, target);
  checkBinding('layerNorm', 'out', samples * outRows * width * sizeOf(outElem), target);
  const vectors = width / 4;
  // Every slice sums the row again: worth it only where lanes would idle otherwise.
  const slice = target.isSoftware ? vectors : Math.ceil(vectors / Math.min(8, vectors));
  const slices = Math.ceil(vectors / slice);
  const items = samples * outRows * slices;
  const offsets = [shift.modulation, shift.table, scale.modulation, scale.table].map((offset) => offset / 4);
  return {
    dispatches: [
      {
        shader: layerNorm,
        variant: variantOf('f32', outElem),
        constants: { WG },
        bindings: ['x', 'modulation', 'table', 'out'],
        params: packParams(
          ...[items, slices, slice, vectors, inRows, first, outRows, modulationWidth / 4, ...offsets],
          { float: eps },
        ),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}

const flat = (name: string, { modulation, table }: NormOptions['shift']) => ({
  [`${name}.modulation`]: modulation,
  [`${name}.table`]: table,
});
