/** Reader (and a small writer) of safetensors: 8 bytes of header length, a JSON header, then the tensors' bytes. */
import { z } from 'zod';
import { fromHalfs } from '../gpu/halfs';
import { ModelError } from './errors';

export type SafetensorsType = 'F32' | 'F16' | 'BF16' | 'I32';

export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** Bytes in the file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const SIZES: Readonly<Record<SafetensorsType, number>> = { F32: 4, F16: 2, BF16: 2, I32: 4 };

const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().nonnegative()),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);
type Header = z.infer<typeof headerSchema>;

/**
 * Reads the header and cuts the file into tensors; nothing is copied.
 * @throws ModelError 'format' for a cut-off file, a header that is not one, unknown types, sizes and offsets that do not agree,
 *   tensors that overlap.
 */
export function readSafetensors(file: ArrayBuffer, label = 'safetensors file'): ReadonlyMap<string, TensorEntry> {
  const fail = (message: string): never => {
    throw new ModelError('format', `${label}: ${message}`);
  };
  if (file.byteLength < 8) fail(`cut off: ${file.byteLength} bytes, at least 8 are needed. Download it again.`);
  const headerLength = Number(new DataView(file).getBigUint64(0, true));
  const dataStart = 8 + headerLength;
  if (dataStart > file.byteLength)
    fail(`header of ${headerLength} bytes in a file of ${file.byteLength}: cut off, or not a safetensors file.`);
  const { __metadata__: _, ...header } = parseHeader(new Uint8Array(file, 8, headerLength), fail);
  const available = file.byteLength - dataStart;
  const entries = Object.entries(header).map(([name, entry]) => {
    const { dtype, shape } = entry;
    const [begin, end] = entry.data_offsets;
    if (!(dtype in SIZES)) fail(`${name} has type ${dtype}; F32, F16, BF16 and I32 can be read.`);
    const needed = shape.reduce((product, side) => product * side, 1) * SIZES[dtype as SafetensorsType];
    if (end - begin !== needed)
      fail(
        `${name} is [${shape.join(', ')}] ${dtype}, ${needed} bytes; its offsets ${begin}..${end} hold ${end - begin}.`,
      );
    if (end > available) fail(`cut off: ${name} ends at byte ${end}, the file holds ${available}. Download it again.`);
    const bytes = new Uint8Array(file, dataStart + begin, end - begin);
    return { name, dtype: dtype as SafetensorsType, shape, bytes, begin, end };
  });
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  sorted.forEach((entry, i) => {
    const before = sorted[i - 1];
    if (before && before.end > entry.begin) fail(`${before.name} and ${entry.name} overlap.`);
  });
  return new Map(entries.map(({ name, dtype, shape, bytes }) => [name, { name, dtype, shape, bytes }]));
}

function parseHeader(bytes: Uint8Array, fail: (message: string) => never): Header {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return fail(`the header is not JSON (${(error as Error).message}). Is it a safetensors file?`);
  }
  const parsed = headerSchema.safeParse(json);
  return parsed.success ? parsed.data : fail(`wrong header: ${z.prettifyError(parsed.error)}`);
}

/** Copy of the bytes, so that typed arrays are aligned. */
const aligned = ({ bytes }: TensorEntry): ArrayBuffer => bytes.slice().buffer;

/** Values as f32. @throws ModelError for I32. */
export function asFloats(entry: TensorEntry): Float32Array<ArrayBuffer> {
  switch (entry.dtype) {
    case 'F32':
      return new Float32Array(aligned(entry));
    case 'F16':
      return fromHalfs(new Uint16Array(aligned(entry)));
    case 'BF16':
      // The upper half of a float32.
      return new Float32Array(Uint32Array.from(new Uint16Array(aligned(entry)), (half) => half << 16).buffer);
    case 'I32':
      throw new ModelError('tensors', `${entry.name}: floats are needed, found I32.`);
  }
}

/** @throws ModelError where the tensor is not I32. */
export function asIntegers(entry: TensorEntry): Int32Array<ArrayBuffer> {
  if (entry.dtype !== 'I32') throw new ModelError('tensors', `${entry.name}: I32 is needed, found ${entry.dtype}.`);
  return new Int32Array(aligned(entry));
}

/** A file of f32 (or, from Int32Array, I32) tensors. */
export function writeSafetensors(
  tensors: Readonly<Record<string, { shape: readonly number[]; data: Float32Array | Int32Array }>>,
): ArrayBuffer {
  let end = 0;
  const header = Object.entries(tensors).map(([name, { shape, data }]) => {
    const data_offsets = [end, (end += data.byteLength)];
    return [name, { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + padded + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, 8, 8 + padded).set(json, 8);
  let offset = 8 + padded;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file.buffer;
}
