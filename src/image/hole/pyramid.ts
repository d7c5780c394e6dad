/** The two steps of a pyramid over pixels of which some are unknown: halving, and bilinear enlargement. */

/** Sums over the known pixels of a block, [height, width, 4]: three values and the number of known pixels. */
export interface Sums {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array<ArrayBuffer>;
}

/** Half the size, rounded up: sums over 2 x 2 blocks. Of a block that reaches beyond the edge, what exists counts. */
export function halve(fine: Sums): Sums {
  const width = Math.ceil(fine.width / 2);
  const height = Math.ceil(fine.height / 2);
  const data = new Float32Array(4 * width * height);
  for (let y = 0, from = 0; y < fine.height; y++) {
    const row = 4 * width * (y >> 1);
    for (let x = 0; x < fine.width; x++, from += 4) {
      const to = row + 4 * (x >> 1);
      data[to]! += fine.data[from]!;
      data[to + 1]! += fine.data[from + 1]!;
      data[to + 2]! += fine.data[from + 2]!;
      data[to + 3]! += fine.data[from + 3]!;
    }
  }
  return { width, height, data };
}

/** Where the samples of one enlarged axis come from: `in[low] * (1 - share) + in[high] * share`. */
export interface LinearTaps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float64Array;
}

/**
 * Bilinear enlargement with the centres of pixels at halves, as `cv2.resize(..., interpolation=INTER_LINEAR)` does it: output i lies at
 * `(i + 0.5) * inSize / outSize - 0.5`, and both its neighbours are held inside the input.
 */
export function linearTaps(inSize: number, outSize: number): LinearTaps {
  const low = new Int32Array(outSize);
  const high = new Int32Array(outSize);
  const share = new Float64Array(outSize);
  for (let i = 0; i < outSize; i++) {
    const at = (i + 0.5) * (inSize / outSize) - 0.5;
    const floor = Math.floor(at);
    share[i] = at - floor;
    low[i] = Math.max(floor, 0);
    high[i] = Math.min(floor + 1, inSize - 1);
  }
  return { low, high, share };
}

/** The first three channels of a plane [height, width, 4], to be read at another size. */
export interface Enlarged {
  readonly data: Float32Array;
  readonly width: number;
  readonly columns: LinearTaps;
  readonly rows: LinearTaps;
}

/** `width` x `height` is the size to read at. */
export function enlarge({ data, ...from }: Sums, width: number, height: number): Enlarged {
  return {
    data,
    width: from.width,
    columns: linearTaps(from.width, width),
    rows: linearTaps(from.height, height),
  };
}

/** Writes the three values at pixel (x, y) of the enlarged size to `target[to]` and on; rounding is the target's. */
export function sampleInto(
  target: Float32Array | Uint8ClampedArray,
  to: number,
  { data, width, columns, rows }: Enlarged,
  x: number,
  y: number,
): void {
  const sx = columns.share[x]!;
  const sy = rows.share[y]!;
  const left = columns.low[x]!;
  const right = columns.high[x]!;
  const top = rows.low[y]! * width;
  const bottom = rows.high[y]! * width;
  const a = (top + left) * 4;
  const b = (top + right) * 4;
  const c = (bottom + left) * 4;
  const d = (bottom + right) * 4;
  for (let k = 0; k < 3; k++) {
    const above = data[a + k]! * (1 - sx) + data[b + k]! * sx;
    const below = data[c + k]! * (1 - sx) + data[d + k]! * sx;
    target[to + k] = above * (1 - sy) + below * sy;
  }
}
