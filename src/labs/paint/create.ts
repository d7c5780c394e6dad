import { createPaintClient } from '../../codebook/paint/client';
import { decodeSpec, encodeSpec } from '../../experiment/link';
import { decodePicture } from '../../image/decode';
import { createMeasureClient } from '../../image/measure/client';
import type { LabContext } from '../contract';
import { fetchPicture, loadSamples, sampleUrl } from '../samples';
import { createPaintSession, type PaintSession } from './session';
import { defaultSpec, paintSpec, type PaintSpec } from './spec';
import { createPaintStore, type PaintStore } from './store';

export interface LabParts {
  readonly store: PaintStore;
  readonly session: PaintSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<PaintSpec> {
  const { spec, notices } = await decodeSpec(paintSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: PaintSpec = defaultSpec): LabParts {
  const store = createPaintStore(linked);
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: PaintSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([encodeSpec(paintSpec, spec), encodeSpec(paintSpec, defaultSpec)]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createPaintSession(store, {
    engine: context.engine,
    paint: createPaintClient(),
    measure: createMeasureClient(),
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
