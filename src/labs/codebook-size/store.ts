import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Capabilities, Picture, Progress, Reconstruction, TokenizerSummary } from '../../engine/types';
import type { Sample } from '../samples';
import type { PlaceMap, SizeErrors } from './places';
import type { RateFile } from './rate';
import { ladderOf, notches, rungAt, wholeSize, type Rung } from './sizes';
import type { CodebookSizeSpec, SizeMethod } from './spec';
import type { Counted } from './usage';

export interface LoadedPicture {
  /** Of a sample; null: the visitor's own. */
  readonly file: string | null;
  readonly name: string;
  readonly picture: Picture;
}

/** What is on the screen: the picture with so many codes. */
export interface Shown {
  readonly size: number;
  readonly method: SizeMethod;
  /** The variant, or the trained model. */
  readonly modelId: string;
  readonly run: Reconstruction;
  readonly bitsPerPixel: number;
  /** Null where the codes are those of another codebook. */
  readonly changed: number | null;
  readonly changedAt: PlaceMap | null;
  readonly errors: PlaceMap;
}

/** A measurement of the visitor's picture. */
export interface OwnPoint {
  readonly way: SizeMethod | 'webp' | 'avif';
  /** Codes, or bytes of the codec. */
  readonly size: number;
  readonly bitsPerPixel: number;
  readonly psnr: number;
  readonly ssim: number;
}

export type Phase = 'starting' | 'loading' | 'running' | 'idle' | 'failed';

/** Long work beside the slider, that can be stopped. */
export interface SideTask {
  readonly fraction: number;
  readonly message: string;
}

export interface CodebookSizeView {
  readonly map: 'error' | 'changed' | 'fails';
  readonly score: 'psnr' | 'ssim';
}

export interface CodebookSizeState {
  readonly spec: CodebookSizeSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly capabilities: Capabilities | null;
  /** All tokenizers; those with a codebook can be chosen. */
  readonly models: readonly TokenizerSummary[];
  readonly samples: readonly Sample[];
  readonly phase: Phase;
  readonly progress: Progress | null;
  readonly failure: string | null;
  readonly source: LoadedPicture | null;
  readonly counted: Counted | null;
  /** The picture with all codes. */
  readonly whole: Reconstruction | null;
  readonly shown: Shown | null;
  /** What grew in the panel below, in place of the slider's; an id of a variant. */
  readonly grown: string | null;
  /** Measured so far, of the picture on the screen. */
  readonly own: readonly OwnPoint[];
  readonly sweep: { readonly method: SizeMethod; readonly sizes: readonly SizeErrors[] } | null;
  readonly sweeping: SideTask | null;
  readonly matching: SideTask | null;
  readonly rates: RateFile | null;
  /** In words, where there are none. */
  readonly ratesProblem: string | null;
  readonly view: CodebookSizeView;
}

export type CodebookSizeStore = StoreApi<CodebookSizeState>;

export const createCodebookSizeStore = (spec: CodebookSizeSpec): CodebookSizeStore =>
  createStore<CodebookSizeState>(() => ({
    spec,
    canUndo: false,
    canRedo: false,
    capabilities: null,
    models: [],
    samples: [],
    phase: 'starting',
    progress: null,
    failure: null,
    source: null,
    counted: null,
    whole: null,
    shown: null,
    grown: null,
    own: [],
    sweep: null,
    sweeping: null,
    matching: null,
    rates: null,
    ratesProblem: null,
    view: { map: 'error', score: 'psnr' },
  }));

/** Models that can be chosen here. */
export const withCodebook = (models: readonly TokenizerSummary[]): TokenizerSummary[] =>
  models.filter(({ quantizer }) => quantizer !== 'fsq');

export const selectModel = ({ models, spec }: CodebookSizeState): TokenizerSummary | null => {
  const able = withCodebook(models);
  return able.find(({ id }) => id === spec.model) ?? able[0] ?? null;
};

export function selectLadder(state: CodebookSizeState): Rung[] {
  const model = selectModel(state);
  return model ? ladderOf(state.models, model) : [];
}

/** The codes that are left: asked for, within what the model has; with 'trained' those of the nearest model. */
export function selectSize(state: CodebookSizeState): number {
  const model = selectModel(state);
  if (!model) return state.spec.size ?? 2;
  const most = wholeSize(model);
  const size = Math.min(state.spec.size ?? most, state.spec.method === 'trained' ? Infinity : most);
  return state.spec.method === 'trained' ? (rungAt(selectLadder(state), size)?.size ?? most) : size;
}

/** What the slider stops at. */
export function selectNotches(state: CodebookSizeState): number[] {
  const model = selectModel(state);
  if (!model) return [2];
  if (state.spec.method !== 'trained') return notches(wholeSize(model));
  const sizes = selectLadder(state).map(({ size }) => size);
  return sizes.length ? sizes : [wholeSize(model)];
}

export const selectBusy = ({ phase }: CodebookSizeState): boolean => phase === 'loading' || phase === 'running';

/** True where nothing can run: the engine or the list of models is missing. */
export const selectNoModels = (state: CodebookSizeState): boolean =>
  state.phase === 'failed' && withCodebook(state.models).length === 0;
