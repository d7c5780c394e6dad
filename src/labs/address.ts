/** An address that the visitor pasted or dropped. */
export interface PictureAddress {
  readonly url: string;
  /** Its last part, readable; the host where there is none. */
  readonly name: string;
}

/** Reads an address, relative ones against `base`; null where it is none. */
export function readAddress(text: string, base: string): PictureAddress | null {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    return null;
  }
  const last = url.pathname.split('/').pop() ?? '';
  return { url: url.href, name: decoded(last) || url.host };
}

/** A part of an address in plain letters; as it is where its % signs mean nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
