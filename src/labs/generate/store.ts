import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  Capabilities,
  ModelSummary,
  Picture,
  PriorSummary,
  Progress,
  SampleFrame,
  StandIn,
  TokenizerSummary,
  VocabularyView,
} from '../../engine/types';
import { sameValue } from '../../experiment/spec';
import type { Draft, Tool } from './fork';
import type { Lane } from './race';
import type { GenerateSpec } from './spec';
import { findNode, type RunNode, type RunTree } from './tree';

/** What the lab is doing. 'idle': a run is shown, or there is nothing to do. */
export type Phase = 'starting' | 'loading' | 'running' | 'idle' | 'failed';

/** What the visitor looks at; never part of a link, never undone. */
export interface GenerateView {
  /** Step of the trace; null: the last one there is, also while it grows. */
  readonly step: number | null;
  readonly sample: number;
  readonly look: 'colour' | 'patch' | 'number';
  readonly heat: 'confidence' | 'entropy';
  readonly standIn: StandIn;
  /** A place of the sequence that is opened up. */
  readonly place: number | null;
  /** Which of two grids is on the screen. */
  readonly level: number;
  /** The scrubber moves by itself: forward, back, or not. */
  readonly playing: 1 | -1 | 0;
  /** Pictures of every state while a run goes on, which then takes longer. */
  readonly drawLive: boolean;
  /** What a touch of a code does, and the code that is painted. */
  readonly tool: Tool;
  readonly brush: number;
}

export interface GenerateState {
  readonly spec: GenerateSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly capabilities: Capabilities | null;
  /** The priors. */
  readonly models: readonly PriorSummary[];
  readonly tokenizers: readonly TokenizerSummary[];
  /** By model id; fetched with the model. */
  readonly vocabularies: ReadonlyMap<string, VocabularyView>;
  readonly phase: Phase;
  readonly progress: Progress | null;
  /** What went wrong in the last run; what was there stays on the screen. */
  readonly failure: string | null;
  readonly tree: RunTree;
  /** Id of the run on the screen. */
  readonly shown: number | null;
  /** Kept states by run, in the order of their steps; the longest unseen leave first. */
  readonly traces: ReadonlyMap<number, readonly SampleFrame[]>;
  /** Decoded states by `pictureKey`. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Decoded patches by `patchKey`. */
  readonly patches: ReadonlyMap<string, Picture>;
  /** What a code paints, as CSS colours by `patchKey`: learned from finished samples. */
  readonly colours: ReadonlyMap<string, string>;
  /** The visitor's changes to a state. */
  readonly draft: Draft | null;
  /** Lanes of the last race. */
  readonly race: readonly Lane[];
  readonly view: GenerateView;
}

export const initialView: GenerateView = {
  ...{ step: null, sample: 0, look: 'colour', heat: 'confidence', standIn: 'x0', place: null, level: 0, playing: 0 },
  ...{ drawLive: true, tool: 'look', brush: 0 },
};

export const patchKey = (tokenizer: string, level: number, code: number): string => `${tokenizer}/${level}/${code}`;

/** 'state': no [MASK] was left. 'x0': the network's picture of the end. */
export type PictureKind = 'state' | 'state-x0' | 'state-mean' | 'x0';

export const pictureKey = (run: number, step: number, sample: number, kind: PictureKind): string =>
  `${run}/${step}/${sample}/${kind}`;

/** Runs whose steps are kept: 100 steps of 16 samples are about 6 MB. */
export const MOST_TRACES = 4;
/** Decoded states that are kept: 64 KiB each at 128 x 128. */
export const MOST_PICTURES = 600;

/** A map with the newest `most` entries. */
export function newest<K, V>(map: ReadonlyMap<K, V>, most: number): ReadonlyMap<K, V> {
  return map.size <= most ? map : new Map([...map].slice(-most));
}

export type GenerateStore = StoreApi<GenerateState>;

export function createGenerateStore(spec: GenerateSpec): GenerateStore {
  return createStore<GenerateState>(() => ({
    spec,
    canUndo: false,
    canRedo: false,
    capabilities: null,
    models: [],
    tokenizers: [],
    vocabularies: new Map(),
    phase: 'starting',
    progress: null,
    failure: null,
    tree: [],
    shown: null,
    traces: new Map(),
    pictures: new Map(),
    patches: new Map(),
    colours: new Map(),
    draft: null,
    race: [],
    view: initialView,
  }));
}

export const isPrior = (model: ModelSummary): model is PriorSummary => model.family === 'prior';
export const isTokenizer = (model: ModelSummary): model is TokenizerSummary => model.family === 'vqvae';

/** The prior of the spec, or the first one. */
export const selectModel = ({ models, spec }: Pick<GenerateState, 'models' | 'spec'>): PriorSummary | null =>
  models.find(({ id }) => id === spec.model) ?? models[0] ?? null;

/** The vocabulary of that prior, once it is there. */
export const selectVocabulary = (state: GenerateState): VocabularyView | null =>
  state.vocabularies.get(selectModel(state)?.id ?? '') ?? null;

/** The run on the screen. */
export const selectNode = ({ tree, shown }: GenerateState): RunNode | null => findNode(tree, shown);

/** The prior that made it; null where it is gone (a local one that was removed). */
export const selectNodeModel = (state: GenerateState): PriorSummary | null =>
  state.models.find(({ id }) => id === selectNode(state)?.options.model) ?? null;

const none: readonly SampleFrame[] = [];

/** Its kept states; none where they were let go. */
export const selectTrace = ({ traces, shown }: GenerateState): readonly SampleFrame[] =>
  (shown === null ? undefined : traces.get(shown)) ?? none;

/** Place in the trace of the state on the screen; -1 where there is none. */
export function selectAt(state: GenerateState): number {
  const trace = selectTrace(state);
  const { step } = state.view;
  if (step === null) return trace.length - 1;
  const at = trace.findIndex((frame) => frame.step >= step);
  return at < 0 ? trace.length - 1 : at;
}

/** The state on the screen. */
export const selectFrame = (state: GenerateState): SampleFrame | null => selectTrace(state)[selectAt(state)] ?? null;

export const selectBusy = ({ phase }: GenerateState): boolean => phase === 'loading' || phase === 'running';

/** True where nothing can run: the engine or the list of models is missing. */
export const selectNoModels = (state: GenerateState): boolean => state.phase === 'failed' && state.models.length === 0;

/** True where the run on the screen was made with other settings than those of the form. */
export function selectStale(state: GenerateState): boolean {
  const node = selectNode(state);
  if (!node) return false;
  const { race, page } = node.spec; // these make no other sample
  const asked = { ...state.spec, race, page, model: selectModel(state)?.id };
  return !sameValue(asked, { ...node.spec, model: node.options.model });
}
