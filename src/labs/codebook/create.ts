import { createStatisticsClient } from '../../codebook/statisticsClient';
import { decodeSpec, encodeSpec } from '../../experiment/link';
import { createSpecStore } from '../../experiment/store';
import { decodePicture } from '../../image/decode';
import type { LabContext } from '../contract';
import { fetchPicture, loadSamples, sampleUrl } from '../samples';
import { createCodebookSession, type CodebookSession } from './session';
import { codebookSpec, defaultSpec, type CodebookSpec } from './spec';
import { createCodebookStore, type CodebookStore } from './store';

export interface LabParts {
  readonly store: CodebookStore;
  readonly session: CodebookSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<CodebookSpec> {
  const { spec, notices } = await decodeSpec(codebookSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<CodebookSpec> = {}): LabParts {
  const history = createSpecStore(codebookSpec, linked);
  const store = createCodebookStore(history.current);
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: CodebookSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([encodeSpec(codebookSpec, spec), encodeSpec(codebookSpec, defaultSpec)]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createCodebookSession(store, {
    engine: context.engine,
    statistics: createStatisticsClient(),
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
