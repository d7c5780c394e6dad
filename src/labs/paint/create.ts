import { createPaintClient } from '../../codebook/paint/client';
import { decodePicture } from '../../image/decode';
import { createMeasureClient } from '../../image/measure/client';
import type { LabContext } from '../contract';
import { pictureServices } from '../samples';
import { linkReader, linkWriter } from '../specLink';
import { createPaintSession, type PaintSession } from './session';
import { defaultSpec, paintSpec, type PaintSpec } from './spec';
import { createPaintStore, type PaintStore } from './store';

export interface LabParts {
  readonly store: PaintStore;
  readonly session: PaintSession;
}

export const specOfLink = linkReader(paintSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: PaintSpec = defaultSpec): LabParts {
  const store = createPaintStore(linked);
  const session = createPaintSession(store, {
    engine: context.engine,
    paint: createPaintClient(),
    measure: createMeasureClient(),
    onBackend: context.backendChanged,
    decode: (blob) => decodePicture(blob),
    ...pictureServices(context),
    onSpec: linkWriter(paintSpec, context),
  });
  return { store, session };
}
