import { decodeSpec, encodeSpec } from '../../experiment/link';
import { createSpecStore } from '../../experiment/store';
import { decodePicture } from '../../image/decode';
import type { LabContext } from '../contract';
import { fetchPicture, loadSamples, sampleUrl } from '../samples';
import { createReconstructSession, type ReconstructSession } from './session';
import { reconstructSpec, type ReconstructSpec } from './spec';
import { createReconstructStore, type ReconstructStore } from './store';

export interface LabParts {
  readonly store: ReconstructStore;
  readonly session: ReconstructSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<ReconstructSpec> {
  const { spec, notices } = await decodeSpec(reconstructSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<ReconstructSpec> = {}): LabParts {
  const history = createSpecStore(reconstructSpec, linked);
  const store = createReconstructStore(history.current);
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: ReconstructSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([
      encodeSpec(reconstructSpec, spec),
      encodeSpec(reconstructSpec, createSpecStore(reconstructSpec).current),
    ]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createReconstructSession(store, {
    engine: context.engine,
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    decode: (blob) => decodePicture(blob),
    loadSamples: (signal) => loadSamples(context.samplesUrl, signal),
    fetchPicture,
    pageUrl: document.baseURI,
    modelsUrl: context.modelsUrl,
    sampleUrl: (file) => sampleUrl(context.samplesUrl, file),
    onSpec: (spec) => void writeLink(spec).catch(() => context.writeLink(null)),
  });
  return { store, session };
}
