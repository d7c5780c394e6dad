import { createStore, type StoreApi } from 'zustand/vanilla';
import { changedPlaces } from '../../codebook/paint/change';
import type { CodeRegion } from '../../codebook/paint/region';
import type { MixStep } from '../../codebook/paint/quantize';
import type { Cell, CellRect, Spot } from '../../codebook/paint/types';
import type { Capabilities, CodeGrid, Picture, Progress, TokenizerSummary } from '../../engine/types';
import type { Sample } from '../samples';
import type { PaintSpec, SourceRef } from './spec';

/** What is known of the codes on the canvas. */
export interface Opened {
  /** Told apart from every other one of this session. */
  readonly id: number;
  readonly modelId: string;
  readonly name: string;
  /** Null: codes out of a file, a link or nothing at all. */
  readonly source: SourceRef | null;
  readonly mode: PaintSpec['mode'];
  /** What the model was given; null where there was no picture. */
  readonly input: Picture | null;
  /** The codes before any painting, and the picture that they decode to: what changes are counted against. */
  readonly base: readonly CodeGrid[];
  readonly baseImage: Picture;
  /** The encoder's vectors; null where there was no picture. */
  readonly latents: { readonly latents: Float32Array; readonly topLatents?: Float32Array } | null;
}

export type Tool = 'brush' | 'pick' | 'fill' | 'select' | 'stamp';

/** What the visitor looks at and holds in hand; never part of a link, never undone. */
export interface PaintView {
  readonly tool: Tool;
  /** Diameter of the brush, in codes. */
  readonly size: number;
  /** Grid that is painted on. */
  readonly level: number;
  /** Code in hand, by level. */
  readonly codes: readonly number[];
  readonly look: 'patch' | 'colour' | 'number';
  readonly lines: boolean;
  readonly marks: boolean;
  readonly cursor: Cell;
  readonly hovered: Spot | null;
  /** In cells of `level`. */
  readonly selection: CellRect | null;
  /** Copy and select on all grids, or on this one. */
  readonly reach: 'this' | 'all';
  /** Of the fill: share of the typical distance between two codes; 0: equal codes only. */
  readonly tolerance: number;
  /** Of the next shuffle. */
  readonly seed: number;
}

/** The way from the picture on the canvas to the second one. */
export interface Mix {
  /** Steps in all. */
  readonly count: number;
  /** As many as are made. */
  readonly steps: readonly MixStep[];
  /** Decoded, by step. */
  readonly pictures: ReadonlyMap<number, Picture>;
  /** The step that is looked at. */
  readonly at: number;
  readonly running: boolean;
}

export interface LabNotice {
  readonly kind: 'info' | 'warn' | 'bad';
  readonly message: string;
}

export interface PaintState {
  readonly spec: PaintSpec;
  readonly capabilities: Capabilities | null;
  readonly models: readonly TokenizerSummary[];
  readonly samples: readonly Sample[];
  /** 'idle': a painting is shown, or there is nothing to do. */
  readonly phase: 'starting' | 'opening' | 'idle' | 'failed';
  readonly progress: Progress | null;
  readonly failure: string | null;
  readonly notice: LabNotice | null;
  readonly opened: Opened | null;
  /** The codes now. */
  readonly grids: readonly CodeGrid[];
  /** What the codes decode to; of older codes while `pictureOf` is not `grids`. */
  readonly picture: Picture | null;
  readonly pictureOf: readonly CodeGrid[] | null;
  readonly decodeMs: number | null;
  /** dB of `picture` against the picture as it was encoded; null until it is measured. */
  readonly psnr: number | null;
  /** The picture to copy from. */
  readonly second: Opened | null;
  readonly secondSelection: CellRect | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  /** Goes up when patches of codes were added. */
  readonly patchesVersion: number;
  /** Codes painted with, newest first, by level. */
  readonly recent: readonly (readonly number[])[];
  /** Nearest codes of the one in hand, itself first. */
  readonly nearest: readonly number[];
  /** What was copied. */
  readonly region: CodeRegion | null;
  /** How far the chosen codes were moved along their ladder; 0: not at all. */
  readonly ladder: number;
  readonly mix: Mix | null;
  readonly view: PaintView;
}

export const initialView: PaintView = {
  tool: 'brush',
  size: 1,
  level: 0,
  codes: [],
  look: 'patch',
  lines: true,
  marks: true,
  cursor: { x: 0, y: 0 },
  hovered: null,
  selection: null,
  reach: 'all',
  tolerance: 0,
  seed: 1,
};

export type PaintStore = StoreApi<PaintState>;

export function createPaintStore(spec: PaintSpec): PaintStore {
  return createStore<PaintState>(() => ({
    spec,
    capabilities: null,
    models: [],
    samples: [],
    phase: 'starting',
    progress: null,
    failure: null,
    notice: null,
    opened: null,
    grids: [],
    picture: null,
    pictureOf: null,
    decodeMs: null,
    psnr: null,
    second: null,
    secondSelection: null,
    canUndo: false,
    canRedo: false,
    undoLabel: null,
    redoLabel: null,
    patchesVersion: 0,
    recent: [],
    nearest: [],
    region: null,
    ladder: 0,
    mix: null,
    view: initialView,
  }));
}

/** The model of the painting; before there is one, the spec's, or the first. */
export const selectModel = ({ models, opened, spec }: PaintState): TokenizerSummary | null =>
  models.find(({ id }) => id === (opened?.modelId ?? spec.model)) ?? models[0] ?? null;

export const selectBusy = ({ phase }: PaintState): boolean => phase === 'starting' || phase === 'opening';

/** The grid that is painted on. */
export const selectGrid = ({ grids, view }: PaintState): CodeGrid | null =>
  grids[Math.min(view.level, grids.length - 1)] ?? null;

/** The code in hand. */
export const selectCode = ({ view }: PaintState): number => view.codes[view.level] ?? 0;

/** True while the picture on the screen is of older codes. */
export const selectStale = ({ pictureOf, grids }: PaintState): boolean => pictureOf !== grids;

/** Places of every grid that differ from the picture as it was encoded. */
export function changedByLevel({ opened, grids }: Pick<PaintState, 'opened' | 'grids'>): number[][] {
  return grids.map((grid, level) => {
    const base = opened?.base[level];
    return base ? changedPlaces(base, grid) : [];
  });
}
