/** A lab's spec and the address of the page: what a link says, and what the visitor sees put into it. */
import { decodeSpec, encodeSpec } from '../experiment/link';
import { defaultsOf, type SpecPlan } from '../experiment/spec';
import type { LabContext } from './contract';

/** Reads the spec of the address; what it could not take becomes the default, with a notice. */
export const linkReader =
  <S extends object>(plan: SpecPlan<S>) =>
  async (context: Pick<LabContext, 'notify'>, link: string): Promise<S> => {
    const { spec, notices } = await decodeSpec(plan, link);
    for (const message of notices) context.notify({ kind: 'warning', title: 'Not all of the link', message });
    return spec;
  };

/** Writes specs into the address, the last one given; only what differs from the defaults is worth one. */
export function linkWriter<S extends object>(
  plan: SpecPlan<S>,
  context: Pick<LabContext, 'writeLink'>,
): (spec: S) => void {
  let latest = 0;
  const write = async (spec: S) => {
    const mine = ++latest;
    const [payload, plain] = await Promise.all([encodeSpec(plan, spec), encodeSpec(plan, defaultsOf(plan))]);
    if (mine === latest) context.writeLink(payload === plain ? null : payload);
  };
  return (spec) => void write(spec).catch(() => context.writeLink(null));
}
