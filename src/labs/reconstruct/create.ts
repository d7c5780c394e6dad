import { createSpecStore } from '../../experiment/store';
import { decodePicture } from '../../image/decode';
import type { LabContext } from '../contract';
import { pictureServices } from '../samples';
import { linkReader, linkWriter } from '../specLink';
import { createReconstructSession, type ReconstructSession } from './session';
import { reconstructSpec, type ReconstructSpec } from './spec';
import { createReconstructStore, type ReconstructStore } from './store';

export interface LabParts {
  readonly store: ReconstructStore;
  readonly session: ReconstructSession;
}

export const specOfLink = linkReader(reconstructSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<ReconstructSpec> = {}): LabParts {
  const history = createSpecStore(reconstructSpec, linked);
  const store = createReconstructStore(history.current);
  const session = createReconstructSession(store, {
    engine: context.engine,
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    decode: (blob) => decodePicture(blob),
    ...pictureServices(context),
    onSpec: linkWriter(reconstructSpec, context),
  });
  return { store, session };
}
