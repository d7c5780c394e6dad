import type { Picture } from '../../engine/types';
import type { LabContext } from '../contract';
import { loadSamples, sampleUrl } from './samples';
import { createReconstructSession, type ReconstructSession, type SpecHistory } from './session';
import { defaultSpec, type ReconstructSpec } from './spec';
import { createReconstructStore, type ReconstructStore } from './store';

export interface LabParts {
  readonly store: ReconstructStore;
  readonly session: ReconstructSession;
}

/** A file as a picture; the decoder is loaded with the first one. */
export const decodeFile = async (blob: Blob): Promise<Picture> => (await import('../../image/decode')).decodePicture(blob);

/** Puts the lab together from its context. */
export function createLab(context: LabContext): LabParts {
  const spec = defaultSpec;
  const store = createReconstructStore(spec);
  const session = createReconstructSession(store, {
    engine: context.engine,
    history: createHistory(spec),
    notify: context.notify,
    decode: decodeFile,
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

function createHistory(first: ReconstructSpec): SpecHistory {
  let states = [first];
  let at = 0;
  return {
    get current() {
      return states[at]!;
    },
    get canUndo() {
      return at > 0;
    },
    get canRedo() {
      return at < states.length - 1;
    },
    push(next) {
      states = [...states.slice(0, at + 1), next];
      at++;
    },
    undo: () => void (at = Math.max(0, at - 1)),
    redo: () => void (at = Math.min(states.length - 1, at + 1)),
  };
}
