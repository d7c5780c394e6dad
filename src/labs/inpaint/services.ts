/** What the lab's session is given, and what its parts share. */
import type { Capabilities, EngineClient, PriorSummary, TokenizerSummary, VocabularyView } from '../../engine/types';
import type { HoleClient } from '../../image/hole/client';
import type { Notice } from '../contract';
import type { Sample } from '../samples';
import type { Masks } from './masks';
import type { FileServices } from '../pictureSources';
import type { InpaintSpec } from './spec';
import type { InpaintStore, LabNotice } from './store';

/** The undo history as this session uses it (experiment/store). */
export interface SpecHistory {
  readonly current: InpaintSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  push(next: InpaintSpec, change?: { label?: string; gesture?: string }): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
}

export interface SessionServices extends FileServices {
  readonly engine: EngineClient;
  /** Pictures' work beside the page. The session disposes of it. */
  readonly hole: HoleClient;
  readonly history: SpecHistory;
  readonly notify: (notice: Notice) => void;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  /** Address of the page: what relative addresses start from. */
  readonly pageUrl: string;
  /** Folder of the models, for a message about it. */
  readonly modelsUrl: string;
  /** Called after the engine moved to another backend. */
  readonly onBackend?: (capabilities: Capabilities) => void;
  /** Called when the visitor pauses after a change of the spec, with the spec as it travels: with a hole that is small enough. */
  readonly onSpec?: (spec: InpaintSpec) => void;
}

/** The model in force with all that it needs. */
export interface Ready {
  readonly model: PriorSummary;
  readonly tokenizer: TokenizerSummary;
  readonly vocabulary: VocabularyView;
}

/** What the parts of the session share. */
export interface Shared {
  readonly store: InpaintStore;
  readonly engine: EngineClient;
  readonly hole: HoleClient;
  readonly masks: Masks;
  /** Fires at the end of the session. */
  readonly life: () => AbortSignal;
  readonly say: (kind: LabNotice['kind'], message: string) => void;
  /** The model in force, its tokenizer and vocabulary; fetched where they are missing. */
  readonly ready: (signal: AbortSignal) => Promise<Ready>;
}
