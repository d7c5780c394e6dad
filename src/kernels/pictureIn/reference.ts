/** Bytes RGBA to [count, 4] in [-1, 1], channel 3 = 0. */
export function pictureInReference(rgba: ArrayLike<number>): Float64Array {
  return Float64Array.from(rgba, (byte, i) => (i % 4 === 3 ? 0 : byte / 127.5 - 1));
}
