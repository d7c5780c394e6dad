import { createResizeClient } from '../../codebook/resize/client';
import { decodeSpec, encodeSpec } from '../../experiment/link';
import { defaultsOf } from '../../experiment/spec';
import { createSpecStore } from '../../experiment/store';
import { createCodecClient } from '../../image/codecs/client';
import { decodePicture } from '../../image/decode';
import type { LabContext } from '../contract';
import { fetchPicture, loadSamples, sampleUrl } from '../samples';
import { loadRates } from './rate';
import { createCodebookSizeSession, type CodebookSizeSession } from './session';
import { codebookSizeSpec, type CodebookSizeSpec } from './spec';
import { createCodebookSizeStore, type CodebookSizeStore } from './store';

export interface LabParts {
  readonly store: CodebookSizeStore;
  readonly session: CodebookSizeSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<CodebookSizeSpec> {
  const { spec, notices } = await decodeSpec(codebookSizeSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<CodebookSizeSpec> = {}): LabParts {
  const history = createSpecStore(codebookSizeSpec, linked);
  const store = createCodebookSizeStore(history.current);
  const rateUrl = new URL('rate/', document.baseURI).href;
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: CodebookSizeSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([
      encodeSpec(codebookSizeSpec, spec),
      encodeSpec(codebookSizeSpec, defaultsOf(codebookSizeSpec)),
    ]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createCodebookSizeSession(store, {
    engine: context.engine,
    resize: createResizeClient(),
    codecs: createCodecClient,
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    decode: (blob) => decodePicture(blob),
    loadSamples: (signal) => loadSamples(context.samplesUrl, signal),
    loadRates: (dataset, signal) => loadRates(rateUrl, dataset, signal),
    fetchPicture,
    pageUrl: document.baseURI,
    modelsUrl: context.modelsUrl,
    sampleUrl: (file) => sampleUrl(context.samplesUrl, file),
    onSpec: (spec) => void writeLink(spec).catch(() => context.writeLink(null)),
  });
  return { store, session };
}
