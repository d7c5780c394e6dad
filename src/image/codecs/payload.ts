const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Bytes of the compressed picture alone: VP8, VP8L and ALPH chunks of a WebP file; what the AVIF file's `mdat` boxes hold.
 * Headers, colour profiles, metadata and padding are the container, and are not counted.
 * @throws Error when the file is neither.
 */
export function payloadBytes(file: Uint8Array): number {
  if (text(file, 0) === 'RIFF' && text(file, 8) === 'WEBP') return webpPayload(file);
  if (text(file, 4) === 'ftyp') return avifPayload(file);
  throw new Error('Payload bytes are known for WebP and AVIF files only.');
}

function webpPayload(file: Uint8Array): number {
  let sum = 0;
  for (let at = 12; at + 8 <= file.length;) {
    const size = view(file).getUint32(at + 4, true);
    if (['VP8 ', 'VP8L', 'ALPH'].includes(text(file, at))) sum += size;
    at += 8 + size + (size & 1);
  }
  return sum;
}

function avifPayload(file: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at + 8 <= file.length;) {
    let size = view(file).getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= file.length) {
      size = Number(view(file).getBigUint64(at + 8));
      header = 16;
    } else if (size === 0) {
      size = file.length - at;
    }
    if (size < header) break;
    if (text(file, at + 4) === 'mdat') sum += size - header;
    at += size;
  }
  return sum;
}
