import { z } from 'zod';
import { fileName, sourceField, type SourceRef } from './source';
import { seed, shared } from './sampling';
import { defineSpec, type SpecTable } from './spec';

export const CODEBOOK_PAGES = ['atlas', 'map', 'health'] as const;
export type CodebookPage = (typeof CODEBOOK_PAGES)[number];

/** How the atlas is ordered. `lattice`: FSQ only. */
export const SORTS = ['index', 'usage', 'hue', 'brightness', 'group', 'norm', 'pca', 'lattice'] as const;
export type SortName = (typeof SORTS)[number];

/** A code by itself, at a place of the picture, or what it changes there. */
export const ATLAS_VIEWS = ['alone', 'context', 'effect'] as const;
export type AtlasView = (typeof ATLAS_VIEWS)[number];

export const COLOURS = ['patch', 'usage', 'group', 'norm'] as const;
export type ColourName = (typeof COLOURS)[number];

export const PROJECTIONS = ['pca', 'umap'] as const;
export type ProjectionName = (typeof PROJECTIONS)[number];

export const HISTOGRAMS = ['linear', 'log', 'rank'] as const;
export type HistogramName = (typeof HISTOGRAMS)[number];

export const DISTANCES = ['l2', 'cosine'] as const;
export type DistanceName = (typeof DISTANCES)[number];

/** Whose codes are counted, beside the sets that came with the model, which go by their names. */
export const OWN_SETS = ['picture', 'samples', 'own'] as const;

/** What is looked at in a codebook. Pictures of the visitor's own, and sets of them, stay at home. */
export interface CodebookSpec {
  readonly page: CodebookPage;
  /** Id of a tokenizer; null: the first of the folder. */
  readonly model: string | null;
  /** The picture whose codes are shown beside; null: the first sample that no model has seen. */
  readonly source: SourceRef | null;
  /** The grid whose codebook is shown, from 0. */
  readonly level: number;
  /** The chosen code. */
  readonly code: number | null;
  /** The place of the picture, row-major in the grid of the level, at which a code is shown in context; null: the middle. */
  readonly place: number | null;
  readonly sort: SortName;
  readonly view: AtlasView;
  readonly colour: ColourName;
  readonly projection: ProjectionName;
  /** Of UMAP. */
  readonly neighbours: number;
  readonly minDist: number;
  /** Of UMAP, and of the random batches. */
  readonly seed: number;
  readonly metric: DistanceName;
  readonly histogram: HistogramName;
  /** One of `OWN_SETS`, or a set that came with the model. */
  readonly set: string;
}

/** Looking elsewhere is no step to be undone. */
const looked = { share: true, history: false, preference: false } as const;
const index = z.int().min(0).max(65_535);

const fields = {
  page: { default: 'atlas', schema: z.enum(CODEBOOK_PAGES), ...looked },
  model: { default: null, schema: fileName.nullable(), ...shared },
  source: sourceField,
  level: { default: 0, schema: z.int().min(0).max(15), ...shared },
  code: { default: null, schema: index.nullable(), ...looked },
  place: { default: null, schema: index.nullable(), ...looked },
  sort: { default: 'hue', schema: z.enum(SORTS), ...shared },
  view: { default: 'alone', schema: z.enum(ATLAS_VIEWS), ...shared },
  colour: { default: 'patch', schema: z.enum(COLOURS), ...shared },
  projection: { default: 'pca', schema: z.enum(PROJECTIONS), ...shared },
  neighbours: { default: 15, schema: z.int().min(2).max(100), ...shared },
  minDist: { default: 0.1, schema: z.number().min(0).max(1), ...shared },
  seed: { default: 1, schema: seed, ...shared },
  metric: { default: 'l2', schema: z.enum(DISTANCES), ...shared },
  histogram: { default: 'linear', schema: z.enum(HISTOGRAMS), ...shared },
  set: {
    default: 'heldout',
    schema: z.string().min(1).max(60),
    share: (set: string) => set !== 'own',
    history: true,
    preference: false,
  },
} satisfies SpecTable<CodebookSpec>;

export const codebookSpec = defineSpec<CodebookSpec>({ lab: 'codebook', version: 1, fields, migrations: [] });
