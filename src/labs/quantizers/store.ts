import { createStore, type StoreApi } from 'zustand/vanilla';
import { partsOf, type LevelPart } from '../../codebook/paint/parts';
import type { Capabilities, Picture, Progress, Reconstruction, TokenizerSummary } from '../../engine/types';
import { bitsOfCodes } from '../../image/codes';
import type { Sample } from '../samples';
import { chosenModels, type SideName } from './choose';
import type { QuantizersSpec } from './spec';

export interface LoadedPicture {
  readonly picture: Picture;
  readonly name: string;
}

/** A picture that some of the levels make, and how near it is to what the model was given. */
export interface PartResult {
  readonly picture: Picture;
  readonly psnr: number;
  readonly ssim: number;
}

export interface SideState {
  readonly run: Reconstruction | null;
  /** The picture that the run is of. */
  readonly runOf: LoadedPicture | null;
  /** By part, as `partsOf` lists them; null: not decoded yet. */
  readonly parts: readonly (PartResult | null)[];
  readonly phase: 'idle' | 'running' | 'failed';
  readonly progress: Progress | null;
  readonly failure: string | null;
}

/** A place of the picture, 0 .. 1 both ways: the same in grids of different sizes. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** One code moved by hand along its lattice. */
export interface Probe {
  readonly side: SideName;
  readonly run: Reconstruction;
  readonly cell: { readonly x: number; readonly y: number };
  readonly code: number;
  /** The code that `patch` and `picture` are of; another one while they follow. */
  readonly decodedCode: number | null;
  /** The code alone, tiled; null until it is decoded. */
  readonly patch: Picture | null;
  /** The picture with the code in its place. */
  readonly picture: Picture;
}

export interface QuantizersView {
  readonly hovered: Place | null;
  readonly selected: Place | null;
  /** Which two pictures the difference is of. */
  readonly difference: 'pair' | SideName;
}

export interface QuantizersState {
  readonly spec: QuantizersSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly capabilities: Capabilities | null;
  readonly models: readonly TokenizerSummary[];
  readonly samples: readonly Sample[];
  readonly phase: 'starting' | 'idle' | 'failed';
  readonly failure: string | null;
  readonly notice: string | null;
  readonly source: LoadedPicture | null;
  readonly left: SideState;
  readonly right: SideState;
  readonly probe: Probe | null;
  readonly patchesVersion: number;
  readonly view: QuantizersView;
}

export const emptySide: SideState = {
  ...{ run: null, runOf: null, parts: [], phase: 'idle', progress: null, failure: null },
};

export type QuantizersStore = StoreApi<QuantizersState>;

export function createQuantizersStore(spec: QuantizersSpec): QuantizersStore {
  return createStore<QuantizersState>(() => ({
    spec,
    ...{ canUndo: false, canRedo: false, capabilities: null, models: [], samples: [] },
    ...{ phase: 'starting', failure: null, notice: null, source: null },
    ...{ left: emptySide, right: emptySide, probe: null, patchesVersion: 0 },
    view: { hovered: null, selected: null, difference: 'pair' },
  }));
}

export const modelOf = (state: Pick<QuantizersState, 'models' | 'spec'>, side: SideName): TokenizerSummary | null =>
  chosenModels(state.models, state.spec)[side];

export const partsOfModel = (model: TokenizerSummary): LevelPart[] => partsOf(model.quantizer, model.grids.length);

/** The part in force: the spec's, or all. */
export function partOf(state: Pick<QuantizersState, 'models' | 'spec'>, side: SideName): number {
  const model = modelOf(state, side);
  const last = (model ? partsOfModel(model).length : 1) - 1;
  return Math.min(last, state.spec[side === 'left' ? 'leftPart' : 'rightPart'] ?? last);
}

/** What is on the screen of one side; null until it is decoded. */
export function shownOf(state: QuantizersState, side: SideName): PartResult | null {
  const { run, parts } = state[side];
  return run && run.modelId === modelOf(state, side)?.id ? (parts[partOf(state, side)] ?? null) : null;
}

/** True where the visitor can ask for what is not there: it was stopped. */
export function selectMissing(state: QuantizersState, side: SideName): boolean {
  const { run, runOf, parts, phase } = state[side];
  const model = modelOf(state, side);
  if (state.phase !== 'idle' || phase !== 'idle' || !state.source || !model) return false;
  return run?.modelId !== model.id || runOf !== state.source || parts.includes(null);
}

/** Bits of a part of a run's codes. */
export const bitsOfPart = (run: Reconstruction, { kept }: LevelPart): number =>
  bitsOfCodes(run.codes.filter((_, level) => kept.includes(level)));

/** The cell of a grid at a place of the picture. */
export const cellAt = ({ x, y }: Place, { width, height }: { width: number; height: number }) => ({
  x: Math.min(width - 1, Math.max(0, Math.floor(x * width))),
  y: Math.min(height - 1, Math.max(0, Math.floor(y * height))),
});

/** The middle of a cell as a place of the picture. */
export const placeOf = (
  cell: { x: number; y: number },
  { width, height }: { width: number; height: number },
): Place => ({
  x: (cell.x + 0.5) / width,
  y: (cell.y + 0.5) / height,
});
