import { createStore, type StoreApi } from 'zustand/vanilla';
import type { BatchPoint } from '../../codebook/batches';
import type { MapReport } from '../../codebook/map';
import type { PairTable } from '../../codebook/pairs';
import type { Pca } from '../../codebook/pca';
import type { UsageFile } from '../../codebook/types';
import type { Capabilities, CodeGrid, Picture, Progress, TokenizerSummary } from '../../engine/types';
import type { AtlasSheet } from '../../ui/codeAtlas/geometry';
import type { Sample } from '../samples';
import type { CodebookSpec } from './spec';

/** The atlas of one codebook; of a model that ships none it grows while it is decoded. */
export interface Atlas {
  readonly sheet: AtlasSheet;
  /** Codes whose patch is there. */
  readonly done: number;
  readonly count: number;
  /** It came with the model. */
  readonly shipped: boolean;
  /** It is being decoded. */
  readonly running: boolean;
}

/** A picture with its codes. */
export interface EncodedPicture {
  readonly name: string;
  readonly modelId: string;
  readonly input: Picture;
  readonly codes: readonly CodeGrid[];
}

/** Pictures that were encoded one by one, for their codes. */
export interface Collection {
  readonly modelId: string;
  readonly pictures: readonly { readonly name: string; readonly codes: readonly CodeGrid[] }[];
  /** Files that could not be read or encoded, and why. */
  readonly bad: readonly { readonly name: string; readonly message: string }[];
  /** Pictures asked for. */
  readonly total: number;
  readonly running: boolean;
}

export type CollectionName = 'samples' | 'own';

/** What follows from the codes of a set's pictures. */
export interface Pairs {
  readonly right: PairTable;
  readonly below: PairTable;
}

/** One code put at a place of the picture. */
export interface InContext {
  readonly code: number;
  /** The picture around the place, with the code there. */
  readonly picture: Picture;
  /** How it differs from the picture as it is: mid-grey where it does not. */
  readonly effect: Picture;
  /** Mean absolute difference over the pixels shown, 0 .. 255. */
  readonly change: number;
}

export interface CodebookState {
  readonly spec: CodebookSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly capabilities: Capabilities | null;
  readonly models: readonly TokenizerSummary[];
  readonly samples: readonly Sample[];
  /** Null until the lists are there or have failed. */
  readonly failure: string | null;
  /** The model's download. */
  readonly progress: Progress | null;
  /** By model id; null: it has none that can be read. Missing: not looked at yet. */
  readonly usage: ReadonlyMap<string, UsageFile | null>;
  /** By `levelKey`. */
  readonly atlases: ReadonlyMap<string, Atlas>;
  /** Code vectors by `levelKey`, [codebookSize, codeDim]. */
  readonly codebooks: ReadonlyMap<string, Float32Array>;
  /** By `levelKey`. */
  readonly components: ReadonlyMap<string, Pca>;
  /** By `mapKey`, [codebookSize, 2]. */
  readonly maps: ReadonlyMap<string, Float32Array>;
  /** The UMAP under way. */
  readonly mapping: (MapReport & { readonly key: string }) | null;
  readonly picture: EncodedPicture | null;
  /** The picture is being read or encoded. */
  readonly encoding: boolean;
  readonly pictureFailure: string | null;
  readonly collections: Readonly<Record<CollectionName, Collection | null>>;
  /** Of the set in force, by `setKey`. */
  readonly pairs: { readonly key: string; readonly value: Pairs } | null;
  readonly batches: {
    readonly key: string;
    readonly pictures: BatchPoint[] | null;
    readonly draws: BatchPoint[];
  } | null;
  /** Codes at a place of the picture, as far as they are decoded. */
  readonly inContext: {
    readonly key: string;
    readonly done: readonly InContext[];
    readonly total: number;
    readonly running: boolean;
  } | null;
  /** The code under the pointer, wherever that is. */
  readonly hovered: number | null;
  /** The codes that the atlas shows. */
  readonly visible: readonly number[];
}

export type CodebookStore = StoreApi<CodebookState>;

export function createCodebookStore(spec: CodebookSpec): CodebookStore {
  return createStore<CodebookState>(() => ({
    spec,
    ...{ canUndo: false, canRedo: false, capabilities: null, models: [], samples: [], failure: null, progress: null },
    ...{ usage: new Map(), atlases: new Map(), codebooks: new Map(), components: new Map(), maps: new Map() },
    ...{ mapping: null, picture: null, encoding: false, pictureFailure: null },
    collections: { samples: null, own: null },
    ...{ pairs: null, batches: null, inContext: null, hovered: null, visible: [] },
  }));
}

/** The model of the spec, or the first one. */
export const selectModel = ({ models, spec }: Pick<CodebookState, 'models' | 'spec'>): TokenizerSummary | null =>
  models.find((model) => model.id === spec.model) ?? models[0] ?? null;

/** The level of the spec, as far as the model has one. */
export const selectLevel = (state: Pick<CodebookState, 'models' | 'spec'>): number =>
  Math.min(state.spec.level, (selectModel(state)?.codebookSizes.length ?? 1) - 1);

/** Codes in the codebook that is shown; 0 before there is a model. */
export const selectSize = (state: Pick<CodebookState, 'models' | 'spec'>): number =>
  selectModel(state)?.codebookSizes[selectLevel(state)] ?? 0;

export const levelKey = (modelId: string, level: number): string => `${modelId}/${level}`;

/** The key of the codebook that is shown. */
export const selectKey = (state: Pick<CodebookState, 'models' | 'spec'>): string =>
  levelKey(selectModel(state)?.id ?? '', selectLevel(state));

/** The chosen code, where the codebook has it. */
export const selectCode = (state: Pick<CodebookState, 'models' | 'spec'>): number | null =>
  state.spec.code !== null && state.spec.code < selectSize(state) ? state.spec.code : null;

export const selectAtlas = (state: CodebookState): Atlas | null => state.atlases.get(selectKey(state)) ?? null;
export const selectCodebook = (state: CodebookState): Float32Array | null =>
  state.codebooks.get(selectKey(state)) ?? null;
export const selectComponents = (state: CodebookState): Pca | null => state.components.get(selectKey(state)) ?? null;
export const selectUsage = (state: CodebookState): UsageFile | null =>
  state.usage.get(selectModel(state)?.id ?? '') ?? null;

/** The codes of the picture at the level that is shown; null until they are there. */
export function selectGrid(state: CodebookState): CodeGrid | null {
  const { picture } = state;
  return picture?.modelId === selectModel(state)?.id ? (picture?.codes[selectLevel(state)] ?? null) : null;
}

/** The place at which codes are shown in context: the spec's, or the middle. */
export function selectPlace(state: CodebookState): number | null {
  const grid = selectGrid(state);
  if (!grid) return null;
  const middle = Math.floor(grid.height / 2) * grid.width + Math.floor(grid.width / 2);
  const { place } = state.spec;
  return place !== null && place < grid.indices.length ? place : middle;
}

/** What a UMAP depends on. */
export const selectMapKey = (state: Pick<CodebookState, 'models' | 'spec'>): string => {
  const { neighbours, minDist, metric, seed } = state.spec;
  return `${selectKey(state)} ${neighbours} ${minDist} ${metric} ${seed}`;
};
