import { decodeSpec, encodeSpec } from '../../experiment/link';
import { createSpecStore } from '../../experiment/store';
import type { LabContext } from '../contract';
import { createCollapseSession, type CollapseSession } from './session';
import { collapseSpec, defaultSpec, type CollapseSpec } from './spec';
import { createCollapseStore, type CollapseStore } from './store';

export interface LabParts {
  readonly store: CollapseStore;
  readonly session: CollapseSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<CollapseSpec> {
  const { spec, notices } = await decodeSpec(collapseSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<CollapseSpec> = {}): LabParts {
  const history = createSpecStore(collapseSpec, linked);
  const store = createCollapseStore(history.current);
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: CollapseSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([encodeSpec(collapseSpec, spec), encodeSpec(collapseSpec, defaultSpec)]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createCollapseSession(store, {
    engine: context.engine,
    history,
    onSpec: (spec) => void writeLink(spec).catch(() => context.writeLink(null)),
  });
  return { store, session };
}
