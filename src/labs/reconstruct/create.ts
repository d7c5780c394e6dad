import { decodePicture } from '../../image/decode';
import type { LabContext } from '../contract';
import { loadSamples, sampleUrl } from './samples';
import { createSpecHistory } from './history';
import { createReconstructSession, type ReconstructSession } from './session';
import { defaultSpec } from './spec';
import { createReconstructStore, type ReconstructStore } from './store';

export interface LabParts {
  readonly store: ReconstructStore;
  readonly session: ReconstructSession;
}

/** Puts the lab together from its context. */
export function createLab(context: LabContext): LabParts {
  const spec = defaultSpec;
  const store = createReconstructStore(spec);
  const session = createReconstructSession(store, {
    engine: context.engine,
    history: createSpecHistory(spec),
    notify: context.notify,
    decode: (blob) => decodePicture(blob),
    loadSamples: (signal) => loadSamples(context.samplesUrl, signal),
    fetchPicture: async (url, signal) => {
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
      return response.blob();
    },
    sampleUrl: (file) => sampleUrl(context.samplesUrl, file),
  });
  return { store, session };
}
