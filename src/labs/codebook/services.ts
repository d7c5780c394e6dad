import type { StatisticsClient } from '../../codebook/statisticsClient';
import type { EngineClient, Picture } from '../../engine/types';
import type { Capabilities } from '../../engine/types';
import type { Notice } from '../contract';
import type { Sample } from '../samples';
import type { CodebookSpec } from './spec';

/** The undo history as this session uses it (experiment/store). */
export interface SpecHistory {
  readonly current: CodebookSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  push(next: CodebookSpec, change?: { label?: string; gesture?: string }): void;
  undo(): void;
  redo(): void;
}

/** What the session is given. */
export interface CodebookServices {
  readonly engine: EngineClient;
  readonly statistics: StatisticsClient;
  readonly history: SpecHistory;
  readonly notify: (notice: Notice) => void;
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly fetchPicture: (url: string, signal: AbortSignal) => Promise<Blob>;
  readonly sampleUrl: (file: string) => string;
  readonly loadSamples: (signal: AbortSignal) => Promise<Sample[]>;
  /** Address of the page: what relative addresses start from. */
  readonly pageUrl: string;
  /** Folder of the models, for a message about it. */
  readonly modelsUrl: string;
  readonly onBackend?: (capabilities: Capabilities) => void;
  /** Called after each change of the spec. */
  readonly onSpec?: (spec: CodebookSpec) => void;
}
