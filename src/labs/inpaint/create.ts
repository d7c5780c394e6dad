import { decodeSpec, encodeSpec } from '../../experiment/link';
import { createSpecStore } from '../../experiment/store';
import { createHoleClient } from '../../image/hole/client';
import type { LabContext } from '../contract';
import { fetchPicture, loadSamples, sampleUrl } from '../samples';
import { createInpaintSession, type InpaintSession } from './session';
import { defaultSpec, inpaintSpec, type InpaintSpec } from './spec';
import { createInpaintStore, type InpaintStore } from './store';

export interface LabParts {
  readonly store: InpaintStore;
  readonly session: InpaintSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<InpaintSpec> {
  const { spec, notices } = await decodeSpec(inpaintSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<InpaintSpec> = {}): LabParts {
  const history = createSpecStore(inpaintSpec, linked);
  const store = createInpaintStore(history.current);
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: InpaintSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([encodeSpec(inpaintSpec, spec), encodeSpec(inpaintSpec, defaultSpec)]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createInpaintSession(store, {
    engine: context.engine,
    hole: createHoleClient(),
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    loadSamples: (signal) => loadSamples(context.samplesUrl, signal),
    fetchPicture,
    pageUrl: document.baseURI,
    modelsUrl: context.modelsUrl,
    sampleUrl: (file) => sampleUrl(context.samplesUrl, file),
    onSpec: (spec) => void writeLink(spec).catch(() => context.writeLink(null)),
  });
  return { store, session };
}
