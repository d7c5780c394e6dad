/** The address behind the hash, `#/<lab>?s=<payload>`: the lab is the route, the payload is the lab's own. */
import { useEffect, useState } from 'react';
import type { BaseLocationHook } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { parseLink } from '../experiment/link';

/** The payload that the page itself wrote last: no reason to open it again. */
let written: string | null = null;

/** The payload in the present address; null without one. */
export const readLink = (): string | null => parseLink(window.location.hash)?.payload ?? null;

/** Replaces the address without a new history entry. */
export function writeLink(labId: string, payload: string | null): void {
  written = payload;
  const hash = payload === null ? `#/${labId}` : `#/${labId}?s=${payload}`;
  if (window.location.hash !== hash) window.history.replaceState(window.history.state, '', hash);
}

/** wouter's hash location without the payload, so that routes match. */
export const useLabLocation: BaseLocationHook = () => {
  const [path, navigate] = useHashLocation();
  return [path.split('?')[0] ?? '/', navigate];
};
useLabLocation.hrefs = (href: string) => `#${href}`;

/** The link that the page was opened with, or that the visitor put into the address bar since. */
export function useOpenedLink(): string | null {
  const [link, setLink] = useState(readLink);
  useEffect(() => {
    const onChange = () => {
      const payload = readLink();
      if (payload !== null && payload !== written) setLink(payload);
    };
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return link;
}
