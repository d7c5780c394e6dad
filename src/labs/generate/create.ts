import { createSpecStore } from '../../experiment/store';
import type { LabContext } from '../contract';
import { linkReader, linkWriter } from '../specLink';
import { createGenerateSession, type GenerateSession } from './session';
import { generateSpec, type GenerateSpec } from './spec';
import { createGenerateStore, type GenerateStore } from './store';

export interface LabParts {
  readonly store: GenerateStore;
  readonly session: GenerateSession;
}

export const specOfLink = linkReader(generateSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<GenerateSpec> = {}): LabParts {
  const history = createSpecStore(generateSpec, linked);
  const store = createGenerateStore(history.current);
  const session = createGenerateSession(store, {
    engine: context.engine,
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    modelsUrl: context.modelsUrl,
    onSpec: linkWriter(generateSpec, context),
  });
  return { store, session };
}
