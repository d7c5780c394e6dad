import { createSpecStore } from '../../experiment/store';
import type { LabContext } from '../contract';
import { linkReader, linkWriter } from '../specLink';
import { createCollapseSession, type CollapseSession } from './session';
import { collapseSpec, type CollapseSpec } from './spec';
import { createCollapseStore, type CollapseStore } from './store';

export interface LabParts {
  readonly store: CollapseStore;
  readonly session: CollapseSession;
}

export const specOfLink = linkReader(collapseSpec);

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<CollapseSpec> = {}): LabParts {
  const history = createSpecStore(collapseSpec, linked);
  const store = createCollapseStore(history.current);
  const session = createCollapseSession(store, {
    engine: context.engine,
    history,
    onSpec: linkWriter(collapseSpec, context),
  });
  return { store, session };
}
