import { createResizeClient } from '../../codebook/resize/client';
import { createSpecStore } from '../../experiment/store';
import { createCodecClient } from '../../image/codecs/client';
import { decodePicture } from '../../image/decode';
import type { LabContext } from '../contract';
import { pictureServices } from '../samples';
import { linkReader, linkWriter } from '../specLink';
import { loadRates } from './rate';
import { createCodebookSizeSession, type CodebookSizeSession } from './session';
import { codebookSizeSpec, type CodebookSizeSpec } from './spec';
import { createCodebookSizeStore, type CodebookSizeStore } from './store';

export interface LabParts {
  readonly store: CodebookSizeStore;
  readonly session: CodebookSizeSession;
}

export const specOfLink = linkReader(codebookSizeSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<CodebookSizeSpec> = {}): LabParts {
  const history = createSpecStore(codebookSizeSpec, linked);
  const store = createCodebookSizeStore(history.current);
  const rateUrl = new URL('rate/', document.baseURI).href;
  const session = createCodebookSizeSession(store, {
    engine: context.engine,
    resize: createResizeClient(),
    codecs: createCodecClient,
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    decode: (blob) => decodePicture(blob),
    ...pictureServices(context),
    loadRates: (dataset, signal) => loadRates(rateUrl, dataset, signal),
    onSpec: linkWriter(codebookSizeSpec, context),
  });
  return { store, session };
}
