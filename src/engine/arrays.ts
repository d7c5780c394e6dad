/** `numbers`, `times` times one after the other. */
export function repeat(numbers: Int32Array, times: number): Int32Array<ArrayBuffer> {
  const out = new Int32Array(numbers.length * times);
  for (let i = 0; i < times; i++) out.set(numbers, i * numbers.length);
  return out;
}
