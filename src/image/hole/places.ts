/** From a hole in pixels to the codes that are free. Pure. */

export interface CodePlan {
  /** Codes. */
  readonly height: number;
  readonly width: number;
  /** Pixels under a code and side. */
  readonly factor: number;
}

/**
 * Places whose patch the hole touches (max-pooling), grid after grid, [N]: 1 where free.
 * @param hole [height, width] pixels, above 0 in the hole. @param grow so many codes around them are free too
 * @throws RangeError where the grids do not cover the pixels
 */
export function freePlaces(
  hole: Uint8Array,
  width: number,
  grids: readonly CodePlan[],
  grow: number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(grids.flatMap((grid) => [...growCodes(touched(hole, width, grid), grid, grow)]));
}

function touched(hole: Uint8Array, width: number, { height, width: columns, factor }: CodePlan): Uint8Array {
  if (columns * factor !== width || height * factor * width !== hole.length)
    throw new RangeError(
      `A hole of ${hole.length} pixels, ${width} a row, is not ${height} x ${columns} codes of ${factor} pixels.`,
    );
  const free = new Uint8Array(height * columns);
  hole.forEach((value, i) => {
    if (value > 0) free[Math.floor(i / width / factor) * columns + Math.floor((i % width) / factor)] = 1;
  });
  return free;
}

/** Every place within `grow` rows and columns of a free one. */
function growCodes(free: Uint8Array, { height, width }: CodePlan, grow: number): Uint8Array {
  if (grow === 0) return free;
  const out = new Uint8Array(free.length);
  free.forEach((isFree, place) => {
    if (!isFree) return;
    const [row, column] = [Math.floor(place / width), place % width];
    for (let y = Math.max(0, row - grow); y <= Math.min(height - 1, row + grow); y++)
      out.fill(1, y * width + Math.max(0, column - grow), y * width + Math.min(width - 1, column + grow) + 1);
  });
  return out;
}
