import { createSpecStore } from '../../experiment/store';
import { createHoleClient } from '../../image/hole/client';
import type { LabContext } from '../contract';
import { pictureServices } from '../samples';
import { linkReader, linkWriter } from '../specLink';
import { createInpaintSession, type InpaintSession } from './session';
import { inpaintSpec, type InpaintSpec } from './spec';
import { createInpaintStore, type InpaintStore } from './store';

export interface LabParts {
  readonly store: InpaintStore;
  readonly session: InpaintSession;
}

export const specOfLink = linkReader(inpaintSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<InpaintSpec> = {}): LabParts {
  const history = createSpecStore(inpaintSpec, linked);
  const store = createInpaintStore(history.current);
  const session = createInpaintSession(store, {
    engine: context.engine,
    hole: createHoleClient(),
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    ...pictureServices(context),
    onSpec: linkWriter(inpaintSpec, context),
  });
  return { store, session };
}
