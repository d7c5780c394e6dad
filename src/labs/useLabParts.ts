import { useEffect, useState } from 'react';
import type { LabContext } from './contract';

/** A lab's store and session, as far as opening it goes. */
interface Startable {
  readonly session: { start(): unknown; dispose(): void };
}

/**
 * What a lab is made of, started and put away with it. A link is read before anything is shown (null until then); without one
 * there is no wait.
 */
export function useLabParts<Parts extends Startable, Spec>(
  context: LabContext,
  create: (context: LabContext, spec?: Spec) => Parts,
  specOfLink: (context: LabContext, link: string) => Promise<Spec>,
): Parts | null {
  const { link } = context;
  const [parts, setParts] = useState<Parts | null>(() => (link === null ? create(context) : null));
  useEffect(() => {
    if (parts || link === null) return;
    let gone = false;
    void specOfLink(context, link).then((spec) => !gone && setParts(create(context, spec)));
    return () => {
      gone = true;
    };
  }, [context, link, parts, create, specOfLink]);
  useEffect(() => {
    if (!parts) return;
    void parts.session.start();
    return () => parts.session.dispose();
  }, [parts]);
  return parts;
}
