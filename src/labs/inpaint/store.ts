import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Layout } from '../../diffusion/layout';
import type {
  Capabilities,
  ModelSummary,
  Picture,
  PriorSummary,
  Progress,
  SampleFrame,
  TokenizerSummary,
  VocabularyView,
} from '../../engine/types';
import type { RgbaImage } from '../../image/picture';
import type { Rect } from '../../image/types';
import type { Sample } from '../samples';
import type { AnswerRef, Generation } from './answers';
import { choosePrior, type PictureKind } from './choose';
import { modeOf } from './region';
import type { InpaintSpec } from './spec';

/** What the lab is doing. 'idle': there is nothing to wait for. */
export type Phase = 'starting' | 'loading' | 'running' | 'idle' | 'failed';

/** What a pointer does on the picture. */
export type Tool = 'brush' | 'eraser' | 'rectangle' | 'lasso';

/** What the visitor looks at and paints with; never part of a link, never undone. */
export interface InpaintView {
  readonly tool: Tool;
  /** Diameter of the brush, in pixels of the picture. */
  readonly size: number;
  readonly hardness: number;
  /** The codes that are free are shown over the picture. */
  readonly showCodes: boolean;
  /** The original is shown in place of the answer, as long as something is held. */
  readonly comparing: boolean;
  /** Step of the trace that is shown; null: its end. */
  readonly step: number | null;
  readonly playing: 1 | -1 | 0;
  readonly heat: 'confidence' | 'entropy';
}

/** The picture that is worked on. */
export interface OpenPicture {
  readonly key: string;
  readonly name: string;
  readonly image: RgbaImage;
  readonly kind: PictureKind;
}

/** A picture, or part of one, laid over the open picture; where it is transparent that one shows. */
export interface Patch {
  readonly picture: Picture;
  readonly rect: Rect;
}

/** A run in flight, as far as it can be seen. */
export interface Live {
  readonly rect: Rect;
  readonly step: number;
  readonly steps: number;
  /** The answers so far: with the picture around them, and alone. */
  readonly thumbs: readonly Picture[];
  readonly first: Picture | null;
}

/** Codes of the region, and which of them are free. */
export interface FreeCodes {
  readonly rect: Rect;
  readonly layout: Layout;
  /** [N] */
  readonly places: Uint8Array<ArrayBuffer>;
}

/** One plain line about what was done, or why nothing was. */
export interface LabNotice {
  readonly kind: 'info' | 'warn' | 'bad';
  readonly message: string;
}

export interface InpaintState {
  readonly spec: InpaintSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly capabilities: Capabilities | null;
  /** The priors. */
  readonly models: readonly PriorSummary[];
  readonly tokenizers: readonly TokenizerSummary[];
  /** By model id; fetched with the model. */
  readonly vocabularies: ReadonlyMap<string, VocabularyView>;
  readonly samples: readonly Sample[];
  readonly phase: Phase;
  readonly progress: Progress | null;
  /** What went wrong in the last run, or before the first; what was there stays on the screen. */
  readonly failure: string | null;
  readonly notice: LabNotice | null;
  readonly picture: OpenPicture | null;
  /** Around what is hidden; null where nothing is. */
  readonly bounds: Rect | null;
  readonly spotBounds: Rect | null;
  /** Where the model works. */
  readonly region: Rect | null;
  readonly free: FreeCodes | null;
  /** Oldest first; of all pictures of this visit. */
  readonly generations: readonly Generation[];
  readonly shown: AnswerRef | null;
  readonly live: Live | null;
  /** What lies over the picture: the answer as it was composed, or until then as it came. */
  readonly patch: Patch | null;
  /** True where `patch` is the end of the matter, and can be taken home. */
  readonly composed: boolean;
  /** Kept states by generation; the longest unseen leave first. */
  readonly traces: ReadonlyMap<number, readonly SampleFrame[]>;
  /** Decoded states by `stateKey`. */
  readonly states: ReadonlyMap<string, Picture>;
  /** What the tokenizer alone makes of the region, by generation. */
  readonly alone: ReadonlyMap<number, Picture>;
  readonly view: InpaintView;
}

export const initialView: InpaintView = {
  ...{ tool: 'brush', size: 32, hardness: 0.8, showCodes: false, comparing: false },
  ...{ step: null, playing: 0, heat: 'confidence' },
};

export const stateKey = (generation: number, step: number, answer: number): string => `${generation}/${step}/${answer}`;

/** Generations whose steps are kept. */
export const MOST_TRACES = 4;
/** Bytes of decoded states that are kept: some hundred answers at 128 x 128. */
const MOST_STATE_BYTES = 48 * 1024 * 1024;

/** A map with the newest `most` entries. */
export function newest<K, V>(map: ReadonlyMap<K, V>, most: number): ReadonlyMap<K, V> {
  return map.size <= most ? map : new Map([...map].slice(-most));
}

/** States with more of them; the longest kept leave first. */
export function keepStates(
  states: ReadonlyMap<string, Picture>,
  more: ReadonlyMap<string, Picture>,
): ReadonlyMap<string, Picture> {
  const [one] = more.values();
  return one
    ? newest(new Map([...states, ...more]), Math.max(8, Math.floor(MOST_STATE_BYTES / one.data.length)))
    : states;
}

export type InpaintStore = StoreApi<InpaintState>;

export function createInpaintStore(spec: InpaintSpec): InpaintStore {
  return createStore<InpaintState>(() => ({
    spec,
    ...{ canUndo: false, canRedo: false, capabilities: null },
    ...{ models: [], tokenizers: [], vocabularies: new Map(), samples: [] },
    ...{ phase: 'starting', progress: null, failure: null, notice: null },
    ...{ picture: null, bounds: null, spotBounds: null, region: null, free: null },
    ...{ generations: [], shown: null, live: null, patch: null, composed: false },
    ...{ traces: new Map(), states: new Map(), alone: new Map() },
    view: initialView,
  }));
}

export const isPrior = (model: ModelSummary): model is PriorSummary => model.family === 'prior';
export const isTokenizer = (model: ModelSummary): model is TokenizerSummary => model.family === 'vqvae';

/** The prior of the spec, or the one that fits the picture. */
export const selectModel = ({ models, spec, picture }: Pick<InpaintState, 'models' | 'spec' | 'picture'>) =>
  models.find(({ id }) => id === spec.model) ?? choosePrior(models, picture?.kind ?? null);

/** The tokenizer that it pairs with; null where it is not here. */
export const selectTokenizer = (state: InpaintState): TokenizerSummary | null =>
  state.tokenizers.find(({ id }) => id === selectModel(state)?.pairsWith.id) ?? null;

/** The vocabulary of that prior, once it is there. */
export const selectVocabulary = (state: InpaintState): VocabularyView | null =>
  state.vocabularies.get(selectModel(state)?.id ?? '') ?? null;

/** Windows or one square, whichever is in force. */
export function selectMode(state: InpaintState): InpaintSpec['mode'] {
  const [model, tokenizer] = [selectModel(state), selectTokenizer(state)];
  return model && tokenizer ? modeOf(state.spec, model, tokenizer, state.picture?.image ?? null) : 'square';
}

/** The generation on the screen. */
export const selectGeneration = ({ generations, shown }: InpaintState): Generation | null =>
  generations.find(({ id }) => id === shown?.generation) ?? null;

const none: readonly SampleFrame[] = [];

/** Its kept states; none where they were let go. */
export const selectTrace = ({ traces, shown }: InpaintState): readonly SampleFrame[] =>
  (shown && traces.get(shown.generation)) ?? none;

/** Place in the trace of the state on the screen; -1 where there is none. */
export function selectAt(state: InpaintState): number {
  const trace = selectTrace(state);
  const { step } = state.view;
  const at = step === null ? -1 : trace.findIndex((frame) => frame.step >= step);
  return at < 0 ? trace.length - 1 : at;
}

export const selectFrame = (state: InpaintState): SampleFrame | null => selectTrace(state)[selectAt(state)] ?? null;

export const selectBusy = ({ phase }: InpaintState): boolean => phase === 'loading' || phase === 'running';

/** Which mask the tools paint: with an answer on the screen the spot of it that is to be filled again. */
export const selectLayer = ({ shown, live }: InpaintState): 'hole' | 'spot' => (shown && !live ? 'spot' : 'hole');
