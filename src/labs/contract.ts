/**
 * What a lab is and what it is given. A lab is a folder with one `lab.ts` (its card), a `store.ts` (plain state), a
 * `session.ts` (the runs and what they hold) and a `Lab.tsx` (the view, loaded on demand). It takes its services from
 * its context and never imports another lab.
 */
import type { ComponentType } from 'react';
import type { Capabilities, EngineClient } from '../engine/types';

/** Something the visitor should know, in words for a visitor. */
export interface Notice {
  /** Notices with one id replace each other. */
  readonly id?: string;
  readonly kind: 'info' | 'good' | 'warning' | 'error';
  readonly title: string;
  readonly message: string;
  /** Offers the one thing that helps. */
  readonly action?: 'reload';
}

/** Services of a lab; constant during its life. */
export interface LabContext {
  readonly engine: EngineClient;
  readonly notify: (notice: Notice) => void;
  /** Tells the page that the lab moved the engine to another backend. */
  readonly backendChanged: (capabilities: Capabilities) => void;
  /** Folder of the built-in samples, with its `index.json`. */
  readonly samplesUrl: string;
  /** Folder of the models: their cards are beside them. */
  readonly modelsUrl: string;
  /** `?s=` of the address when the lab was opened; null without one. */
  readonly link: string | null;
  /** Puts what the visitor sees into the address (no new history entry). */
  readonly writeLink: (payload: string | null) => void;
}

export interface LabProps {
  readonly context: LabContext;
}

/** A lab as the catalogue lists it. */
export interface LabDefinition {
  /** Folder name and route. */
  readonly id: string;
  readonly title: string;
  /** One sentence for the navigation. */
  readonly blurb: string;
  readonly load: () => Promise<{ default: ComponentType<LabProps> }>;
}
