import { decodeSpec, encodeSpec } from '../../experiment/link';
import { createSpecStore } from '../../experiment/store';
import { decodePicture } from '../../image/decode';
import { createMeasureClient } from '../../image/measure/client';
import type { LabContext } from '../contract';
import { fetchPicture, loadSamples, sampleUrl } from '../samples';
import { createQuantizersSession, type QuantizersSession } from './session';
import { defaultSpec, quantizersSpec, type QuantizersSpec } from './spec';
import { createQuantizersStore, type QuantizersStore } from './store';

export interface LabParts {
  readonly store: QuantizersStore;
  readonly session: QuantizersSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<QuantizersSpec> {
  const { spec, notices } = await decodeSpec(quantizersSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: QuantizersSpec = defaultSpec): LabParts {
  const history = createSpecStore(quantizersSpec, linked);
  const store = createQuantizersStore(history.current);
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: QuantizersSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([
      encodeSpec(quantizersSpec, spec),
      encodeSpec(quantizersSpec, defaultSpec),
    ]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createQuantizersSession(store, {
    engine: context.engine,
    measure: createMeasureClient(),
    history,
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
