/** Repeatable numbers for tests: mulberry32, uniform in [-1, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** `length` numbers in [-scale, scale). */
export function randomArray(length: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const next = randomNumbers(seed);
  return Float32Array.from({ length }, () => scale * next());
}

/** A feature map [pixels, padded channels]: random in the first `channels`, zero in the padding. */
export function randomMap(pixels: number, channels: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const padded = (channels + 3) & ~3;
  const next = randomNumbers(seed);
  return Float32Array.from({ length: pixels * padded }, (_, i) => (i % padded < channels ? scale * next() : 0));
}
