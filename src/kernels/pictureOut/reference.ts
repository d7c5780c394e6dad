/** [count, 4] to bytes RGBA: clip to [-1, 1], round to the nearest, alpha 255. */
export function pictureOutReference(x: ArrayLike<number>): Uint8ClampedArray {
  return Uint8ClampedArray.from(x, (value, i) =>
    i % 4 === 3 ? 255 : Math.round((Math.min(1, Math.max(-1, value)) + 1) * 127.5),
  );
}
