import { createStatisticsClient } from '../../codebook/statisticsClient';
import { createSpecStore } from '../../experiment/store';
import { decodePicture } from '../../image/decode';
import type { LabContext } from '../contract';
import { pictureServices } from '../samples';
import { linkReader, linkWriter } from '../specLink';
import { createCodebookSession, type CodebookSession } from './session';
import { codebookSpec, type CodebookSpec } from './spec';
import { createCodebookStore, type CodebookStore } from './store';

export interface LabParts {
  readonly store: CodebookStore;
  readonly session: CodebookSession;
}

export const specOfLink = linkReader(codebookSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<CodebookSpec> = {}): LabParts {
  const history = createSpecStore(codebookSpec, linked);
  const store = createCodebookStore(history.current);
  const session = createCodebookSession(store, {
    engine: context.engine,
    statistics: createStatisticsClient(),
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    decode: (blob) => decodePicture(blob),
    ...pictureServices(context),
    onSpec: linkWriter(codebookSpec, context),
  });
  return { store, session };
}
