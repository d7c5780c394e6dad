import { describe, expect, it } from 'vitest';
import { asFloats, asIntegers, readSafetensors, writeSafetensors } from './safetensors';

/** A file from a header and its data bytes. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array()): ArrayBuffer {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file.buffer;
}

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('readSafetensors', () => {
  it('reads back what was written', () => {
    const a = { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 4) };
    const b = { shape: [3], data: Int32Array.of(7, 8, 9) };
    const read = readSafetensors(writeSafetensors({ a, b }));
    expect([...read.keys()]).toEqual(['a', 'b']);
    expect(read.get('a')).toMatchObject({ shape: [2, 2], dtype: 'F32' });
    expect(asFloats(read.get('a')!)).toEqual(a.data);
    expect(asIntegers(read.get('b')!)).toEqual(b.data);
    expect(() => asFloats(read.get('b')!)).toThrow(/b: floats are needed, found I32/);
    expect(() => asIntegers(read.get('a')!)).toThrow(/a: I32 is needed, found F32/);
  });

  it('widens F16 and BF16', () => {
    const halfs = Uint16Array.of(0x3c00, 0xc000, 0x3f80, 0xc040);
    const header = { f: entry('F16', [2], 0, 4), b: entry('BF16', [2], 4, 8), __metadata__: { format: 'pt' } };
    const read = readSafetensors(fileOf(header, new Uint8Array(halfs.buffer)));
    expect([...asFloats(read.get('f')!)]).toEqual([1, -2]);
    expect([...asFloats(read.get('b')!)]).toEqual([1, -3]);
    expect(read.has('__metadata__')).toBe(false);
  });

  it.each([
    ['a few bytes', new ArrayBuffer(5), /cut off: 5 bytes, at least 8/],
    ['a header longer than the file', fileOf('{}').slice(0, 9), /header of 2 bytes in a file of 9: cut off/],
    ['something else', fileOf('<!doctype html>'), /the header is not JSON.*Is it a safetensors file/],
    ['a wrong header', fileOf({ a: { dtype: 'F32', shape: 'x' } }), /wrong header/],
    ['an unknown type', fileOf({ a: entry('F64', [1], 0, 8) }, new Uint8Array(8)), /a has type F64/],
    [
      'offsets that do not fit the shape',
      fileOf({ a: entry('F32', [3], 0, 8) }, new Uint8Array(8)),
      /12 bytes.*hold 8/,
    ],
    [
      'cut-off data',
      fileOf({ a: entry('F32', [4], 0, 16) }, new Uint8Array(8)),
      /cut off: a ends at byte 16, the file holds 8/,
    ],
    [
      'overlapping tensors',
      fileOf({ a: entry('F32', [2], 0, 8), b: entry('F32', [2], 4, 12) }, new Uint8Array(12)),
      /a and b overlap/,
    ],
  ])('says what is wrong with %s', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(message);
  });
});
