import { decodeSpec, encodeSpec } from '../../experiment/link';
import { createSpecStore } from '../../experiment/store';
import type { LabContext } from '../contract';
import { createGenerateSession, type GenerateSession } from './session';
import { defaultSpec, generateSpec, type GenerateSpec } from './spec';
import { createGenerateStore, type GenerateStore } from './store';

export interface LabParts {
  readonly store: GenerateStore;
  readonly session: GenerateSession;
}

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export async function specOfLink(context: LabContext, link: string): Promise<GenerateSpec> {
  const { spec, notices } = await decodeSpec(generateSpec, link);
  for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
  return spec;
}

/** Puts the lab together from its context and, where there was a link, its spec. */
export function createLab(context: LabContext, linked: Partial<GenerateSpec> = {}): LabParts {
  const history = createSpecStore(generateSpec, linked);
  const store = createGenerateStore(history.current);
  let latest = 0;
  /** Only what differs from the defaults is worth an address. */
  const writeLink = async (spec: GenerateSpec) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([encodeSpec(generateSpec, spec), encodeSpec(generateSpec, defaultSpec)]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  const session = createGenerateSession(store, {
    engine: context.engine,
    history,
    notify: context.notify,
    onBackend: context.backendChanged,
    modelsUrl: context.modelsUrl,
    onSpec: (spec) => void writeLink(spec).catch(() => context.writeLink(null)),
  });
  return { store, session };
}
