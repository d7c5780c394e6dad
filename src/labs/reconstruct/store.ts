import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  Capabilities,
  CodeGrid,
  Fit,
  TokenizerSummary,
  Picture,
  Progress,
  Reconstruction,
} from '../../engine/types';
import { sameValue } from '../../experiment/spec';
import type { Sample } from '../samples';
import type { ReconstructSpec } from './spec';

/** A decoded picture with what is known of where it came from. */
export interface LoadedPicture {
  readonly picture: Picture;
  readonly name: string;
  /** Size of the file; null for the camera. */
  readonly fileBytes: number | null;
}

/** Codes read from a file: nobody knows the picture that they were made from. */
export interface LoadedCodes {
  readonly name: string;
  readonly modelId: string;
  readonly codes: CodeGrid[];
}

/** Codes of a file with what the decoder made of them. */
export interface DecodedCodes extends LoadedCodes {
  readonly image: Picture;
}

/** What the lab is doing. 'idle': a result is shown, or there is nothing to do. */
export type Phase = 'starting' | 'loading' | 'running' | 'idle' | 'failed';

export interface Cell {
  readonly x: number;
  readonly y: number;
}

/** What the visitor looks at; never part of a link, never undone. */
export interface ReconstructView {
  readonly hovered: Cell | null;
  readonly selected: Cell | null;
  readonly level: number;
  readonly look: 'colour' | 'patch' | 'number';
  readonly compare: 'wipe' | 'side' | 'error';
  /** The grid that the picture is painted from alone; null: from all. */
  readonly paintedFrom: number | null;
}

export interface ReconstructState {
  readonly spec: ReconstructSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly capabilities: Capabilities | null;
  readonly models: readonly TokenizerSummary[];
  readonly samples: readonly Sample[];
  readonly phase: Phase;
  readonly progress: Progress | null;
  /** What went wrong in the last run; the previous result stays on the screen. */
  readonly failure: string | null;
  readonly source: LoadedPicture | null;
  readonly result: Reconstruction | null;
  /** The source that `result` was made from. */
  readonly resultOf: LoadedPicture | null;
  /** Shown in place of a result when the codes came out of a file; `result` is null then. */
  readonly decoded: DecodedCodes | null;
  /** The spec that made what is shown. */
  readonly shownSpec: ReconstructSpec | null;
  /** Decoded patches by `patchKey(modelId, level, index)`. */
  readonly patches: ReadonlyMap<string, Picture>;
  /** Codebooks by `codebookKey(modelId, level)`, [codebookSize, codeDim]. */
  readonly codebooks: ReadonlyMap<string, Float32Array>;
  /** Two levels: what is shown, painted from one grid alone, by level. */
  readonly alone: ReadonlyMap<number, Picture>;
  readonly view: ReconstructView;
}

export const initialView: ReconstructView = {
  hovered: null,
  selected: null,
  level: 0,
  look: 'colour',
  compare: 'wipe',
  paintedFrom: null,
};

export const patchKey = (modelId: string, level: number, index: number): string => `${modelId}/${level}/${index}`;
export const codebookKey = (modelId: string, level: number): string => `${modelId}/${level}`;

export type ReconstructStore = StoreApi<ReconstructState>;

export function createReconstructStore(spec: ReconstructSpec): ReconstructStore {
  return createStore<ReconstructState>(() => ({
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
    result: null,
    resultOf: null,
    decoded: null,
    shownSpec: null,
    patches: new Map(),
    codebooks: new Map(),
    alone: new Map(),
    view: initialView,
  }));
}

/** The model of the spec, or the first one. */
export const selectModel = (state: ReconstructState): TokenizerSummary | null =>
  state.models.find((model) => model.id === state.spec.model) ?? state.models[0] ?? null;

/** The fit in force: the visitor's, or the model's own. */
export const selectFit = (state: ReconstructState): Fit => state.spec.fit ?? selectModel(state)?.fit ?? 'contain';

/** What is in the second and third box: a run's codes and picture, or those of a codes file. */
export const selectShown = (state: ReconstructState): Pick<Reconstruction, 'modelId' | 'codes' | 'image'> | null =>
  state.decoded ?? state.result;

/** The name of the picture, or the file, that `selectShown` came from. */
export const selectShownName = (state: ReconstructState): string | undefined => (state.decoded ?? state.resultOf)?.name;

/** The code grid on the screen: the chosen level of what is shown. */
export const selectGrid = (state: ReconstructState) => {
  const shown = selectShown(state);
  return shown?.codes[Math.min(state.view.level, shown.codes.length - 1)] ?? null;
};

/** The picture in the input box: what the model was given, or the source itself until the model has answered for it. */
export const selectInput = (state: ReconstructState): Picture | null =>
  state.result && state.resultOf === state.source && state.shownSpec?.mode === state.spec.mode
    ? state.result.input
    : (state.source?.picture ?? null);

/**
 * Why what is shown does not belong to the present input and settings: it is 'of the previous picture', or made
 * 'with the previous settings'. Null where it does belong.
 */
export function selectStale(state: ReconstructState): 'of the previous picture' | 'with the previous settings' | null {
  const { shownSpec, spec } = state;
  if (!selectShown(state) || !shownSpec) return null;
  if (state.resultOf !== state.source || !sameValue(shownSpec.source, spec.source)) return 'of the previous picture';
  return sameValue(shownSpec, spec) ? null : 'with the previous settings';
}

/** Where the shown run took place; before there is one, where it will. */
export function selectPlace({ result, capabilities }: ReconstructState): string {
  if (!capabilities) return '';
  if (result && result.backend !== capabilities.backend) return `${result.backend}, before the move`;
  return capabilities.adapter;
}

/** True where nothing can run: the engine or the list of models is missing. */
export const selectNoModels = (state: ReconstructState): boolean =>
  state.phase === 'failed' && state.models.length === 0;

export const selectBusy = (state: ReconstructState): boolean => state.phase === 'loading' || state.phase === 'running';

/** True where the visitor can ask for the run that is missing: it was stopped. */
export const selectRunMissing = (state: ReconstructState): boolean =>
  state.phase === 'idle' && (selectShown(state) ? selectStale(state) !== null : state.source !== null);
