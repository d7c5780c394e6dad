import { z } from 'zod';
import { condition, modelId, samplerFields, seed, shared, type SamplerSettings } from './sampling';
import { sourceField, type SourceRef } from './source';
import { defineSpec, type SpecTable } from './spec';

/** How an answer meets the picture around it (image/hole). */
export const BLENDS = ['none', 'feather', 'poisson'] as const;
export type BlendName = (typeof BLENDS)[number];

/** 'square': one square of the picture at the model's resolution. 'whole': the hole and all around it at its own, in windows that agree. */
export const MODES = ['square', 'whole'] as const;
export type ModeName = (typeof MODES)[number];

/** A part of the picture, in pixels; it may reach beyond it. */
export interface SquareRef {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/**
 * The hole. 'own': it lives in the session, soft edges and all. 'bits': as it travels, hidden or not: the part within `bounds` of a picture of
 * `width` x `height` pixels, `packMask` of image/hole in base64url; only up to `MAX_MASK_BYTES`.
 */
export type MaskRef =
  | { readonly kind: 'own'; readonly id: number }
  | {
      readonly kind: 'bits';
      readonly width: number;
      readonly height: number;
      readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
      readonly data: string;
    };

/** Larger masks stay at home: an address holds only so much. */
export const MAX_MASK_BYTES = 8 * 1024;

/**
 * What defines a filling. A picture of the visitor's own does not travel yet, nor does a hole of more than `MAX_MASK_BYTES`: a link then
 * says how to fill, and its reader brings the picture.
 */
export interface InpaintSpec extends SamplerSettings {
  readonly source: SourceRef | null;
  readonly mask: MaskRef | null;
  /** The spot of an answer that is filled again; it belongs to the answer, which does not travel. */
  readonly spot: MaskRef | null;
  readonly mode: ModeName;
  /** 'auto': it follows the hole. */
  readonly square: SquareRef | 'auto';
  /** Id of a prior; null: chosen by the picture. */
  readonly model: string | null;
  /** Text of each slot of the prior's vocabulary; a slot that is missing is not given. */
  readonly condition: Readonly<Record<string, string>>;
  /** u32; answer i has seed + i. */
  readonly seed: number;
  readonly count: number;
  /** Codes around the hole that are drawn anew as well. */
  readonly grow: 0 | 1 | 2;
  /** Of "more like this": the share of the way back to noise. */
  readonly renoise: number;
  readonly blend: BlendName;
}

const pixels = z.number().int().min(-16_384).max(16_384);
const side = z.number().int().min(1).max(8192);
const start = z.number().int().min(0).max(8191);

const maskRef = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('own'), id: z.number().int().nonnegative() }),
  z.object({
    kind: z.literal('bits'),
    width: side,
    height: side,
    bounds: z.object({ x: start, y: start, width: side, height: side }),
    data: z
      .string()
      .max(Math.ceil((MAX_MASK_BYTES * 4) / 3))
      .regex(/^[\w-]*$/),
  }),
]);

const fields = {
  source: sourceField,
  mask: {
    default: null,
    schema: maskRef.nullable(),
    share: (mask) => mask?.kind !== 'own',
    history: true,
    preference: false,
  },
  spot: { default: null, schema: maskRef.nullable(), share: false, history: true, preference: false },
  mode: { default: 'square', schema: z.enum(MODES), ...shared },
  square: {
    default: 'auto',
    schema: z.union([z.literal('auto'), z.object({ x: pixels, y: pixels, side })]),
    ...shared,
  },
  model: { default: null, schema: modelId.nullable(), ...shared },
  condition: { default: {}, schema: condition, ...shared },
  seed: { default: 1, schema: seed, ...shared },
  count: { default: 4, schema: z.number().int().min(1).max(8), ...shared },
  ...samplerFields,
  // What is around the hole says enough of what belongs there.
  guidanceScale: { ...samplerFields.guidanceScale, default: 1 },
  grow: { default: 0, schema: z.union([z.literal(0), z.literal(1), z.literal(2)]), ...shared },
  renoise: { default: 0.5, schema: z.number().min(0.1).max(1), ...shared },
  blend: { default: 'feather', schema: z.enum(BLENDS), ...shared },
} satisfies SpecTable<InpaintSpec>;

export const inpaintSpec = defineSpec<InpaintSpec>({ lab: 'inpaint', version: 1, fields, migrations: [] });
