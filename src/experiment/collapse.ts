import { z } from 'zod';
import { seed, shared } from './sampling';
import { defineSpec, type SpecTable } from './spec';

/** What is learnt from: shapes in the plane, or patches of drawn clothes. */
export const THEATRE_DATA = ['blobs', 'ring', 'spiral', 'moons', 'garments'] as const;
export const THEATRE_NETWORKS = ['mlp', 'linear'] as const;
export const THEATRE_SIZES = [16, 64, 256] as const;

/** What one of the two runs does in its own way. */
export interface RecipeSpec {
  readonly quantizer: 'vq' | 'simvq' | 'fsq';
  readonly update: 'loss' | 'ema';
  readonly init: 'uniform' | 'normal' | 'kmeans';
  readonly revival: boolean;
  readonly distance: 'l2' | 'cosine';
  readonly gradient: 'straight-through' | 'rotation';
}

/** What defines a show of the collapse theatre: all of it travels. */
export interface CollapseSpec {
  readonly data: (typeof THEATRE_DATA)[number];
  readonly network: (typeof THEATRE_NETWORKS)[number];
  readonly codebookSize: (typeof THEATRE_SIZES)[number];
  readonly learningRate: number;
  /** u32 */
  readonly seed: number;
  readonly left: RecipeSpec;
  readonly right: RecipeSpec;
}

export const PLAIN_RECIPE: RecipeSpec = {
  ...{ quantizer: 'vq', update: 'loss', init: 'uniform', revival: false, distance: 'l2', gradient: 'straight-through' },
} as const;

const recipe = z.object({
  quantizer: z.enum(['vq', 'simvq', 'fsq']),
  update: z.enum(['loss', 'ema']),
  init: z.enum(['uniform', 'normal', 'kmeans']),
  revival: z.boolean(),
  distance: z.enum(['l2', 'cosine']),
  gradient: z.enum(['straight-through', 'rotation']),
});

const fields = {
  data: { default: 'blobs', schema: z.enum(THEATRE_DATA), ...shared },
  network: { default: 'mlp', schema: z.enum(THEATRE_NETWORKS), ...shared },
  codebookSize: { default: 64, schema: z.literal(THEATRE_SIZES), ...shared },
  learningRate: { default: 0.003, schema: z.number().min(0.0001).max(0.1), ...shared },
  seed: { default: 1, schema: seed, ...shared },
  left: { default: PLAIN_RECIPE, schema: recipe, ...shared },
  right: {
    default: { ...PLAIN_RECIPE, update: 'ema', init: 'kmeans', revival: true },
    schema: recipe,
    ...shared,
  },
} satisfies SpecTable<CollapseSpec>;

export const collapseSpec = defineSpec<CollapseSpec>({ lab: 'collapse', version: 1, fields, migrations: [] });
