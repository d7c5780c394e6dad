/** Linear layer with bias, activation and a transformer block's gated residual in one dispatch. Register-tiled, without barriers. */
import linear from '../../../shaders/linear.wgsl';
import { ceil4, ShapeError, sizeOf, type Elem, type OpPlan, type Target } from '../kernel';
import { checkBinding, checkSizes, packParams, spread, variantOf } from '../params';

/** Where the gate of a gated residual stands: modulation + table of the row's sample (DiT, Peebles and Xie 2022). */
export interface GateOptions {
  readonly samples: number;
  /** Columns of a row of `modulation`, and the first of the gate's there and in `table`; multiples of four. */
  readonly modulationWidth: number;
  readonly modulationOffset: number;
  readonly tableOffset: number;
}

export interface LinearOptions {
  /** Of all samples together. */
  readonly rows: number;
  readonly inWidth: number;
  readonly outWidth: number;
  readonly activation: 'none' | 'silu' | 'gelu';
  /** x goes through SiLU on its way in. */
  readonly siluX: boolean;
  /** out = residual + gate * y; null: out = y. */
  readonly gate: GateOptions | null;
  /** Type of x and weight. */
  readonly elem: Elem;
  /** Type of residual and out. */
  readonly outElem: Elem;
}

/** The shader's numbers. */
export const ACTIVATION = { none: 0, silu: 1, gelu: 2 } as const;

/**
 * Roles x, weight (`packConvWeight` with kernelSize 1), bias, residual, modulation, table, out.
 * @throws ShapeError for sizes that do not fit
 */
export function plan(options: LinearOptions, target: Target): OpPlan {
  const { rows, inWidth, outWidth, activation, siluX, gate, elem, outElem } = options;
  checkSizes('linear', { rows, inWidth, outWidth });
  const inVectors = ceil4(inWidth) / 4;
  const outVectors = ceil4(outWidth) / 4;
  checkBinding('linear', 'x', rows * inVectors * 4 * sizeOf(elem), target);
  checkBinding('linear', 'weight', inVectors * outVectors * 16 * sizeOf(elem), target);
  checkBinding('linear', 'out', rows * outVectors * 4 * sizeOf(outElem), target);
  if (gate) checkGate(gate, rows, outWidth);
  const tile = chooseTile(rows, outVectors, target);
  const tiles = Math.ceil(rows / tile.rows);
  const unused = (role: string) => (gate ? role : role === 'residual' && elem !== outElem ? 'bias' : 'x');
  return {
    dispatches: [
      {
        shader: linear,
        variant: `${variantOf(elem, outElem)}@${tile.rows}x${tile.vectors}`,
        constants: {
          ACTIVATION: ACTIVATION[activation],
          GATED: Number(gate !== null),
          SILU_X: Number(siluX),
          WG_X: tile.groupX,
          WG_Y: tile.groupY,
        },
        bindings: ['x', 'weight', 'bias', unused('residual'), unused('modulation'), unused('table'), 'out'],
        params: packParams(
          rows,
          tiles,
          inVectors,
          outVectors,
          gate ? rows / gate.samples : rows,
          (gate?.modulationWidth ?? 0) / 4,
          (gate?.modulationOffset ?? 0) / 4,
          (gate?.tableOffset ?? 0) / 4,
        ),
        workgroups: [
          Math.ceil(outVectors / tile.vectors / tile.groupX),
          ...spread(Math.ceil(tiles / tile.groupY), target),
        ],
      },
    ],
    scratch: {},
  };
}

function checkGate({ samples, ...columns }: GateOptions, rows: number, outWidth: number): void {
  checkSizes('linear', { samples });
  if (rows % samples) throw new ShapeError(`linear: ${rows} rows do not divide into ${samples} samples`);
  for (const [name, value] of Object.entries({ outWidth, ...columns }))
    if (value % 4 || value < 0) throw new ShapeError(`linear: a gate needs multiples of 4, found ${value} for ${name}`);
  if (columns.modulationOffset + outWidth > columns.modulationWidth)
    throw new ShapeError(
      `linear: the gate's ${outWidth} columns from ${columns.modulationOffset} on need a modulation of that width, found ${columns.modulationWidth}`,
    );
}

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  readonly groupX: number;
  readonly groupY: number;
}

/**
 * As conv2d's: large tiles load less per sum, small ones keep a wide machine busy. A software adapter gathers every load lane by
 * lane and has registers for eight vectors of sums, not more: 8 x 1 loads least.
 */
function chooseTile(rows: number, outVectors: number, { isSoftware }: Target): Tile {
  if (isSoftware) return { rows: rows > 4 ? 8 : 4, vectors: 1, groupX: 8, groupY: 1 };
  const groupX = Math.min(8, 2 ** Math.ceil(Math.log2(outVectors)));
  const many = (rows * outVectors) / 8 >= 16384;
  return { rows: 4, vectors: many && outVectors > 1 ? 2 : 1, groupX, groupY: 64 / groupX };
}
