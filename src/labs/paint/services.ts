/** What the lab's session is given, and what its parts share. */
import type { MeasureClient } from '../../image/measure/client';
import type { NamedCodebook, PaintClient } from '../../codebook/paint/client';
import type { PaintHistory } from '../../codebook/paint/history';
import type { Capabilities, EngineClient, Picture, TokenizerSummary } from '../../engine/types';
import type { PatchBook } from '../patchBook';
import type { Sample } from '../samples';
import type { FileServices } from '../pictureSources';
import type { PaintSpec } from './spec';
import type { LabNotice, Opened, PaintStore } from './store';

export interface SessionServices extends FileServices {
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly engine: EngineClient;
  /** Rankings and mixes, beside the page. The session disposes of it. */
  readonly paint: PaintClient;
  /** Likewise: how alike two pictures are. */
  readonly measure: MeasureClient;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  /** Address of the page: what relative addresses start from. */
  readonly pageUrl: string;
  /** Folder of the models, for a message about it. */
  readonly modelsUrl: string;
  /** Called after the engine moved to another backend. */
  readonly onBackend?: (capabilities: Capabilities) => void;
  /** Called when the visitor pauses after a change, with the spec as it travels. */
  readonly onSpec?: (spec: PaintSpec) => void;
}

/** What the parts of the session share. */
export interface Shared {
  readonly store: PaintStore;
  readonly engine: EngineClient;
  readonly paint: PaintClient;
  readonly measure: MeasureClient;
  readonly patches: PatchBook;
  /** The codes and the way to and from them; null before the first picture. */
  readonly history: () => PaintHistory<Opened> | null;
  /** Puts other codes on the canvas (undoable). */
  readonly place: (opened: Opened, label: string) => void;
  /** The codes changed: the screen and the address follow. */
  readonly changed: () => void;
  /** Fires at the end of the session. */
  readonly life: () => AbortSignal;
  readonly say: (kind: LabNotice['kind'], message: string) => void;
  /** A level's codebook, fetched once. */
  readonly codebook: (model: TokenizerSummary, level: number) => Promise<NamedCodebook>;
}
