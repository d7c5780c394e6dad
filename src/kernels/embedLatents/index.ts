/** The beginning of a transformer over latents: condition by its table, latents through a linear layer, plus positions. */
import embedLatents from '../../../shaders/embed_latents.wgsl';
import { NAN_BITS } from '../gatherCodes';
import { ceil4, ShapeError, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, linearGrid, packParams } from '../params';

export interface EmbedLatentsOptions {
  readonly samples: number;
  /** A multiple of four. */
  readonly width: number;
  readonly contextLength: number;
  readonly contextRows: number;
  /** Latents of a sample, and the length of each. */
  readonly codes: number;
  readonly latentDim: number;
}

const WG = 64;

/**
 * Roles context (i32 [samples, contextLength]), latents [samples, codes, ceil4(latentDim)], contextTable, weight
 * (`packConvWeight` with kernelSize 1), bias, positions [contextLength + codes, width], out [samples, contextLength + codes, width]; all f32.
 * @throws ShapeError for sizes that do not fit
 */
export function plan(options: EmbedLatentsOptions, target: Target): OpPlan {
  const { samples, width, contextLength, contextRows, codes, latentDim } = options;
  checkSizes('embedLatents', { samples, width, contextLength, contextRows, codes, latentDim });
  if (width % 4) throw new ShapeError(`embedLatents: width must be a multiple of 4, found ${width}`);
  checkBinding('embedLatents', 'out', samples * (contextLength + codes) * width * 4, target);
  const vectors = width / 4;
  const items = samples * (contextLength + codes) * vectors;
  return {
    dispatches: [
      {
        shader: embedLatents,
        variant: 'f32',
        constants: { WG },
        bindings: ['context', 'latents', 'contextTable', 'weight', 'bias', 'positions', 'out'],
        params: packParams(items, vectors, contextLength, codes, ceil4(latentDim) / 4, contextRows, NAN_BITS),
        workgroups: linearGrid(items, WG, target),
      },
    ],
    scratch: {},
  };
}
