/**
 * float32 <-> float16 (IEEE 754 binary16, stored as u16), rounded to nearest, ties to even: what `f16(x)` does on a GPU.
 */

const bits = new Uint32Array(1);
const floats = new Float32Array(bits.buffer);

/** One float32 to the nearest half; beyond 65,520 it is infinite. */
export function toHalf(value: number): number {
  floats[0] = value;
  const x = bits[0] ?? 0;
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal: the exponent's bias falls from 127 to 15; adding 0xfff + lowest kept bit rounds ties to even.
    const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
    return sign | (rounded >>> 13);
  }
  if (magnitude < 0x33000000) return sign;
  // Subnormal: in units of 2^-24.
  const shift = 126 - (magnitude >>> 23);
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const half = 1 << (shift - 1);
  const odd = (mantissa >>> shift) & 1;
  return sign | ((mantissa + half - 1 + odd) >>> shift);
}

/** A half's exact value. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (mantissa + 1024) * 2 ** (exponent - 25);
}

/** An array of floats as halfs. */
export function toHalfs(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = toHalf(values[i] ?? 0);
  return out;
}

let table: Float32Array | null = null;

/** An array of halfs as floats, through a table of all 65,536 (made once). */
export function fromHalfs(halfs: ArrayLike<number>): Float32Array<ArrayBuffer> {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => fromHalf(half));
  const out = new Float32Array(halfs.length);
  for (let i = 0; i < halfs.length; i++) out[i] = table[halfs[i] ?? 0] ?? 0;
  return out;
}
