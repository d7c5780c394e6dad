import type { CodeGridLike } from './codes';

/**
 * A NumPy file, format 1.0 (numpy.lib.format): int32, C order. `numpy.load` reads it back as an array of `shape`.
 * @throws RangeError when the shape does not hold the values.
 */
export function encodeNpy(values: Int32Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  if (shape.reduce((a, b) => a * b, 1) !== values.length) {
    throw new RangeError(`${values.length} values do not fill an array of shape [${shape.join(', ')}].`);
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '<i4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version and length take 10 bytes; the header ends in a newline on a multiple of 64.
  const headerLength = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10;
  const file = new Uint8Array(10 + headerLength + 4 * values.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(file.buffer);
  view.setUint16(8, headerLength, true);
  file.set(new TextEncoder().encode(`${dict.padEnd(headerLength - 1)}\n`), 10);
  values.forEach((value, i) => view.setInt32(10 + headerLength + 4 * i, value, true));
  return file;
}

/**
 * A picture's codes as one array, [levels, height, width].
 * @throws RangeError when the grids differ in size (a model with `top` and `bottom`): write one file per grid.
 */
export function codesToNpy(grids: readonly CodeGridLike[]): Uint8Array<ArrayBuffer> {
  const [first] = grids;
  if (!first) throw new RangeError('There are no codes to write.');
  const odd = grids.find(({ width, height }) => width !== first.width || height !== first.height);
  if (odd) {
    throw new RangeError(
      `One array holds grids of one size: "${first.name}" is ${first.width} x ${first.height}, "${odd.name}" ${odd.width} x ${odd.height}.`,
    );
  }
  const values = new Int32Array(grids.length * first.height * first.width);
  grids.forEach(({ indices }, level) => values.set(indices, level * first.height * first.width));
  return encodeNpy(values, [grids.length, first.height, first.width]);
}
