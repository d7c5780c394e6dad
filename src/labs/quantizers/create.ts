import { createSpecStore } from '../../experiment/store';
import { decodePicture } from '../../image/decode';
import { createMeasureClient } from '../../image/measure/client';
import type { LabContext } from '../contract';
import { pictureServices } from '../samples';
import { linkReader, linkWriter } from '../specLink';
import { createQuantizersSession, type QuantizersSession } from './session';
import { defaultSpec, quantizersSpec, type QuantizersSpec } from './spec';
import { createQuantizersStore, type QuantizersStore } from './store';

export interface LabParts {
  readonly store: QuantizersStore;
  readonly session: QuantizersSession;
}

export const specOfLink = linkReader(quantizersSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: QuantizersSpec = defaultSpec): LabParts {
  const history = createSpecStore(quantizersSpec, linked);
  const store = createQuantizersStore(history.current);
  const session = createQuantizersSession(store, {
    engine: context.engine,
    measure: createMeasureClient(),
    history,
    onBackend: context.backendChanged,
    decode: (blob) => decodePicture(blob),
    ...pictureServices(context),
    onSpec: linkWriter(quantizersSpec, context),
  });
  return { store, session };
}
