/** The part of the address behind the lab's name: `#/<lab>?s=<payload>`. */

/** The payload in the present address; null without one. */
export function readLink(hash: string = window.location.hash): string | null {
  const at = hash.indexOf('?');
  return at < 0 ? null : new URLSearchParams(hash.slice(at + 1)).get('s');
}

/** Replaces the address without a new history entry. */
export function writeLink(labId: string, payload: string | null): void {
  const hash = payload === null ? `#/${labId}` : `#/${labId}?s=${payload}`;
  if (window.location.hash !== hash) window.history.replaceState(window.history.state, '', hash);
}
