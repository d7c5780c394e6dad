/** Bytes in addresses: base64url, deflate with a cap, codes packed bit by bit. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => ALPHABET[(word >> shift) & 63]!).join('');
    text += letters.slice(0, Math.min(bytes.length - i, 3) + 1);
  }
  return text;
}

/** @throws RangeError on letters outside the alphabet and on impossible lengths. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1) throw new RangeError('The text is cut off.');
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  for (let i = 0, bits = 0, at = 0; i < text.length; i++) {
    const value = ALPHABET.indexOf(text[i]!);
    if (value < 0) throw new RangeError(`"${text[i]}" is not a letter of base64url.`);
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) bytes[at++] = (word >> (bits -= 8)) & 0xff;
  }
  return bytes;
}

/** Raw deflate (RFC 1951). */
export const deflate = (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  collect(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw')), Infinity);

/**
 * Undoes `deflate`. Stops as soon as more than `maxBytes` have come out, so that a small bomb stays small.
 * @throws RangeError beyond `maxBytes`; TypeError when the bytes are not deflate.
 */
export const inflate = (bytes: Uint8Array<ArrayBuffer>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> =>
  collect(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')), maxBytes);

async function collect(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.length;
    if (size > maxBytes) {
      // Whether the stream ends well no longer matters.
      reader.cancel().catch(() => undefined);
      throw new RangeError(`More than ${maxBytes} bytes come out.`);
    }
    chunks.push(step.value);
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** Bits that one code of a codebook of `codebookSize` takes when packed: ceil(log2 K). */
export const bitsPerCode = (codebookSize: number): number => Math.ceil(Math.log2(codebookSize));

/**
 * Codes one after the other, `bitsPerCode` each, lowest bit first. ceil(count * bits / 8) bytes.
 * @throws RangeError on a code outside the codebook.
 */
export function packCodes(indices: ArrayLike<number>, codebookSize: number): Uint8Array<ArrayBuffer> {
  const bits = bitsPerCode(codebookSize);
  const bytes = new Uint8Array(Math.ceil((indices.length * bits) / 8));
  for (let i = 0, at = 0; i < indices.length; i++) {
    const code = indices[i]!;
    if (!Number.isInteger(code) || code < 0 || code >= codebookSize) {
      throw new RangeError(`Code ${code} at ${i}: codes go from 0 to ${codebookSize - 1}.`);
    }
    for (let bit = 0; bit < bits; bit++, at++) bytes[at >> 3]! |= ((code >> bit) & 1) << (at & 7);
  }
  return bytes;
}

/**
 * Undoes `packCodes` for `count` codes.
 * @throws RangeError when the bytes are too few or too many, or hold a code outside the codebook.
 */
export function unpackCodes(bytes: Uint8Array, count: number, codebookSize: number): Int32Array<ArrayBuffer> {
  const bits = bitsPerCode(codebookSize);
  const expected = Math.ceil((count * bits) / 8);
  if (bytes.length !== expected) throw new RangeError(`${count} codes take ${expected} bytes, not ${bytes.length}.`);
  const indices = new Int32Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    let code = 0;
    for (let bit = 0; bit < bits; bit++, at++) code |= ((bytes[at >> 3]! >> (at & 7)) & 1) << bit;
    if (code >= codebookSize) throw new RangeError(`Code ${code} at ${i}: codes go from 0 to ${codebookSize - 1}.`);
    indices[i] = code;
  }
  return indices;
}
