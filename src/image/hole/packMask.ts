/**
 * A mask in few bytes, for links and for undo. The first byte tells the kind; numbers are little-endian base 128 (7 bits a byte, the top
 * bit says that more follow). Pixels are counted row by row.
 * - `bits`: runs of known, hidden, known, ... pixels, starting with known. A run is written as its difference to the run before the last
 *   (which has the same value), zigzag coded: rows that resemble the one above cost a byte or two, and deflate finds them equal. The last
 *   run of known pixels is left out.
 * - `grey`: value byte and length of each run, for undo: soft edges come back as they were. A last run of 0 is left out.
 */
import { emptyMask } from './mask';
import type { Mask } from './types';

const BITS = 0;
const GREY = 1;

/** @param keep `bits`: known or hidden (above 0), for links; `grey`: every value. */
export function packMask({ data }: Mask, keep: 'bits' | 'grey' = 'bits'): Uint8Array<ArrayBuffer> {
  const bytes = [keep === 'bits' ? BITS : GREY];
  const push = (value: number) => {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push(128 | (value & 127));
    bytes.push(value);
  };
  // Of the runs of known and of hidden pixels, the last one's length.
  const last: [number, number] = [0, 0];
  for (let at = 0, hidden: 0 | 1 = 0; at < data.length; hidden = hidden ? 0 : 1) {
    const value = data[at]!;
    let end = at;
    if (keep === 'bits') while (end < data.length && data[end]! > 0 === (hidden === 1)) end++;
    else while (end < data.length && data[end] === value) end++;
    if (end === data.length && (keep === 'bits' ? hidden === 0 : value === 0)) break;
    if (keep === 'bits') {
      const change = end - at - last[hidden];
      push(change < 0 ? -2 * change - 1 : 2 * change);
      last[hidden] = end - at;
    } else {
      bytes.push(value);
      push(end - at);
    }
    at = end;
  }
  return Uint8Array.from(bytes);
}

/**
 * Reads what `packMask` wrote for a mask of this size; hidden pixels of the `bits` kind become 255.
 * @throws RangeError when a side is not 1 .. 8192, or the bytes are of no known kind, cut off, or tell of other numbers of pixels.
 */
export function unpackMask(bytes: Uint8Array, width: number, height: number): Mask {
  const mask = emptyMask(width, height);
  const broken = (what: string) =>
    new RangeError(`These ${bytes.length} bytes are no ${width} x ${height} mask: ${what}.`);
  const [kind] = bytes;
  if (kind !== BITS && kind !== GREY) throw broken(kind === undefined ? 'they are empty' : `their kind is ${kind}`);
  let at = 1;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw broken('they are cut off');
      if (scale > 2 ** 28) throw broken('a run is too long');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const last: [number, number] = [0, 0];
  let from = 0;
  for (let hidden: 0 | 1 = 0; at < bytes.length; hidden = hidden ? 0 : 1) {
    let length: number;
    let value: number;
    if (kind === BITS) {
      const change = number();
      length = last[hidden] + (change % 2 === 0 ? change / 2 : -(change + 1) / 2);
      last[hidden] = length;
      value = 255 * hidden;
    } else {
      value = bytes[at++]!;
      length = number();
    }
    // Only the first run, of known pixels, may be empty.
    if (length < (kind === BITS && from === 0 && hidden === 0 ? 0 : 1)) throw broken('a run has no pixels');
    if (length > mask.data.length - from) throw broken('they tell of more pixels');
    mask.data.fill(value, from, from + length);
    from += length;
  }
  return mask;
}
