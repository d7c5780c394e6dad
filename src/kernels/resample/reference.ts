/** One axis: output i = sum over t of weights[i, t] * input[starts[i] + t]. */
export interface Axis {
  readonly taps: number;
  readonly weights: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
}

/** Two passes over RGBA bytes, horizontal first, 8 bits between them; opaque, and white where weights are missing. */
export function resampleReference(rgba: ArrayLike<number>, inWidth: number, x: Axis, y: Axis): Uint8ClampedArray {
  const inHeight = rgba.length / 4 / inWidth;
  const outWidth = x.starts.length;
  const pass = (
    axis: Axis,
    width: number,
    height: number,
    read: (column: number, row: number, start: number, c: number) => number,
  ): Uint8ClampedArray =>
    Uint8ClampedArray.from({ length: 4 * width * height }, (_, at) => {
      const c = at % 4;
      const pixel = Math.floor(at / 4);
      const [column, row] = [pixel % width, Math.floor(pixel / width)];
      const i = axis === x ? column : row;
      let sum = 255;
      for (let t = 0; c < 3 && t < axis.taps; t++)
        sum += (axis.weights[i * axis.taps + t] ?? NaN) * (read(column, row, (axis.starts[i] ?? 0) + t, c) - 255);
      return sum;
    });
  const rows = pass(x, outWidth, inHeight, (_, row, from, c) => rgba[4 * (row * inWidth + from) + c] ?? NaN);
  return pass(y, outWidth, y.starts.length, (column, _, from, c) => rows[4 * (from * outWidth + column) + c] ?? NaN);
}
