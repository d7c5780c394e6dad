/**
 * The membrane of gradient-domain cloning (Perez, Gangnet & Blake, "Poisson Image Editing", SIGGRAPH 2003, eq. 4 with the guidance field
 * of cloning): three planes that take given values on known cells and are harmonic over the hole. Added to an answer, it meets the picture
 * around the hole without a step.
 *
 * Solved by conjugate gradients, preconditioned with one W-cycle of multigrid: 2 x 2 cells become one (whatever the hole's shape; edges
 * and diagonals add up), one Gauss-Seidel sweep forward before and one backward after. What is not there, beyond the border of the
 * grid, has no edge: that is the natural boundary.
 */

/** One grid of the pyramid, with a border of one cell so that no neighbour needs a check. Known cells have zeros everywhere. */
interface Level {
  readonly width: number;
  readonly height: number;
  /** Cells in a row with its border. */
  readonly stride: number;
  /** A cell's sum of edges, those to known cells included. */
  readonly diagonal: Float32Array;
  /** 1 / diagonal; 0 for known cells. */
  readonly inverse: Float32Array;
  /** The edge to the cell on the right and to the one below. */
  readonly right: Float32Array;
  readonly down: Float32Array;
  /** First and behind the last cell of every row's hole: most rows of most holes are short. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Solution and right side, three values a cell. */
  readonly x: Float32Array;
  readonly b: Float32Array;
}

/**
 * Sums over 2 x 2 cells with edges of one length make coarse grids twice too stiff for smooth errors, but only just right for rough ones:
 * 1.5 between them converges best (7 digits in 8 cycles).
 */
const COARSE_SOFTNESS = 1.5;
/** Steps below this, in 8-bit levels, change no pixel: what follows adds up to less than a quarter of a level. */
const SMALL_STEP = 0.05;
const MAX_CYCLES = 60;

/**
 * Fills in the first three of `values`, [height, width, 4], where `hole` [height, width] is above 0: each cell becomes the mean of those of its four
 * neighbours that exist. The other cells are given and stay. Without any given cell the hole becomes 0.
 * Within 0.1 of the exact solution for values in the hundreds; 800 x 800 cells take about 0.6 s.
 * @throws RangeError when the arrays do not have the grid's size.
 */
export function fillHarmonic(width: number, height: number, hole: Uint8Array, values: Float32Array): void {
  if (hole.length !== width * height || values.length !== 4 * width * height) {
    throw new RangeError(
      `A ${width} x ${height} grid has ${width * height} cells with 4 values each; got ${hole.length} and ${values.length}.`,
    );
  }
  const levels = [firstLevel(width, height, hole)];
  for (let level = levels[0]!; Math.max(level.width, level.height) > 2; levels.push(level)) level = coarser(level);
  const grid = levels[0]!;
  const { stride, diagonal, right, down, starts, ends, x: z, b: r } = grid;
  if (!knownAround(grid, values, r)) {
    hole.forEach((hidden, i) => hidden > 0 && values.fill(0, 4 * i, 4 * i + 3));
    return;
  }

  const x = new Float32Array(r.length);
  const p = new Float32Array(r.length);
  const q = new Float32Array(r.length);
  let last = [0, 0, 0];
  for (let cycle = 0; cycle < MAX_CYCLES; cycle++) {
    relax(levels, 0, true);
    const product = dot(grid, r, z);
    const [k0, k1, k2] = product.map((now, c) => (last[c]! > 0 ? now / last[c]! : 0)) as [number, number, number];
    last = product;
    for (let y = 1; y <= height; y++) {
      for (let i = 3 * starts[y]!; i < 3 * ends[y]!; i += 3) {
        p[i] = z[i]! + k0 * p[i]!;
        p[i + 1] = z[i + 1]! + k1 * p[i + 1]!;
        p[i + 2] = z[i + 2]! + k2 * p[i + 2]!;
      }
    }
    for (let y = 1; y <= height; y++) {
      for (let cell = starts[y]!; cell < ends[y]!; cell++) {
        const d = diagonal[cell]!;
        const e = right[cell]!;
        const w = right[cell - 1]!;
        const s = down[cell]!;
        const n = down[cell - stride]!;
        for (let i = 3 * cell; i < 3 * cell + 3; i++) {
          q[i] = d * p[i]! - e * p[i + 3]! - w * p[i - 3]! - s * p[i + 3 * stride]! - n * p[i - 3 * stride]!;
        }
      }
    }
    const curvature = dot(grid, p, q);
    const [a0, a1, a2] = product.map((now, c) => (curvature[c]! > 0 ? now / curvature[c]! : 0)) as [
      number,
      number,
      number,
    ];
    let step = 0;
    for (let y = 1; y <= height; y++) {
      for (let i = 3 * starts[y]!; i < 3 * ends[y]!; i += 3) {
        const d0 = a0 * p[i]!;
        const d1 = a1 * p[i + 1]!;
        const d2 = a2 * p[i + 2]!;
        x[i]! += d0;
        x[i + 1]! += d1;
        x[i + 2]! += d2;
        r[i]! -= a0 * q[i]!;
        r[i + 1]! -= a1 * q[i + 1]!;
        r[i + 2]! -= a2 * q[i + 2]!;
        step = Math.max(step, Math.abs(d0), Math.abs(d1), Math.abs(d2));
      }
    }
    if (step < SMALL_STEP) break;
  }

  for (let y = 0, i = 0; y < height; y++) {
    for (let from = 3 * ((y + 1) * stride + 1), end = i + width; i < end; i++, from += 3) {
      if (hole[i]! > 0) for (let c = 0; c < 3; c++) values[4 * i + c] = x[from + c]!;
    }
  }
}

function firstLevel(width: number, height: number, hole: Uint8Array): Level {
  const stride = width + 2;
  const diagonal = new Float32Array(stride * (height + 2));
  const right = new Float32Array(diagonal.length);
  const down = new Float32Array(diagonal.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * width + x;
      if (hole[from] === 0) continue;
      const cell = (y + 1) * stride + x + 1;
      diagonal[cell] = Number(x > 0) + Number(x < width - 1) + Number(y > 0) + Number(y < height - 1);
      if (x < width - 1 && hole[from + 1]! > 0) right[cell] = 1;
      if (y < height - 1 && hole[from + width]! > 0) down[cell] = 1;
    }
  }
  return levelOf(width, height, diagonal, right, down);
}

/** Pairs of rows and of columns become one: edges across add up, edges inside vanish. */
function coarser(fine: Level): Level {
  const width = Math.ceil(fine.width / 2);
  const height = Math.ceil(fine.height / 2);
  const stride = width + 2;
  const diagonal = new Float32Array(stride * (height + 2));
  const right = new Float32Array(diagonal.length);
  const down = new Float32Array(diagonal.length);
  for (let y = 1; y <= fine.height; y++) {
    for (let cell = fine.starts[y]!; cell < fine.ends[y]!; cell++) {
      const x = cell - y * fine.stride;
      const to = ((y + 1) >> 1) * stride + ((x + 1) >> 1);
      const e = fine.right[cell]! / COARSE_SOFTNESS;
      const s = fine.down[cell]! / COARSE_SOFTNESS;
      diagonal[to]! += fine.diagonal[cell]! / COARSE_SOFTNESS;
      if (x % 2 === 1) diagonal[to]! -= 2 * e;
      else right[to]! += e;
      if (y % 2 === 1) diagonal[to]! -= 2 * s;
      else down[to]! += s;
    }
  }
  return levelOf(width, height, diagonal, right, down);
}

function levelOf(
  width: number,
  height: number,
  diagonal: Float32Array,
  right: Float32Array,
  down: Float32Array,
): Level {
  const stride = width + 2;
  const inverse = new Float32Array(diagonal.length);
  const starts = new Int32Array(height + 2);
  const ends = new Int32Array(height + 2);
  for (let y = 1; y <= height; y++) {
    for (let cell = y * stride + 1; cell <= y * stride + width; cell++) {
      if (diagonal[cell] === 0) continue;
      inverse[cell] = 1 / diagonal[cell]!;
      starts[y] ||= cell;
      ends[y] = cell + 1;
    }
  }
  const x = new Float32Array(3 * diagonal.length);
  return { width, height, stride, diagonal, inverse, right, down, starts, ends, x, b: new Float32Array(x.length) };
}

/** The right side: what a cell's given neighbours add up to. False where there are none at all. */
function knownAround(grid: Level, values: Float32Array, b: Float32Array): boolean {
  const { width, height, stride, diagonal } = grid;
  let any = false;
  const add = (cell: number, from: number) => {
    any = true;
    for (let c = 0; c < 3; c++) b[3 * cell + c]! += values[4 * from + c]!;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = (y + 1) * stride + x + 1;
      if (diagonal[cell] === 0) continue;
      const from = y * width + x;
      if (x > 0 && diagonal[cell - 1] === 0) add(cell, from - 1);
      if (x < width - 1 && diagonal[cell + 1] === 0) add(cell, from + 1);
      if (y > 0 && diagonal[cell - stride] === 0) add(cell, from - width);
      if (y < height - 1 && diagonal[cell + stride] === 0) add(cell, from + width);
    }
  }
  return any;
}

/** Improves `x` of a level towards its `b`; symmetric, as conjugate gradients need it. `fresh`: from 0. */
function relax(levels: readonly Level[], depth: number, fresh: boolean): void {
  const level = levels[depth]!;
  if (fresh) clear(level, level.x);
  if (depth === levels.length - 1) {
    // At most 2 x 2 cells: as good as exact.
    for (let sweep = 0; sweep < 4; sweep++) {
      sweepForward(level);
      sweepBackward(level);
    }
    return;
  }
  sweepForward(level);
  const next = levels[depth + 1]!;
  restrictResidual(level, next);
  relax(levels, depth + 1, true);
  relax(levels, depth + 1, false);
  const { x, starts, ends, stride } = level;
  for (let y = 1; y <= level.height; y++) {
    const row = ((y + 1) >> 1) * next.stride;
    for (let cell = starts[y]!; cell < ends[y]!; cell++) {
      const i = 3 * cell;
      const from = 3 * (row + ((cell - y * stride + 1) >> 1));
      x[i]! += next.x[from]!;
      x[i + 1]! += next.x[from + 1]!;
      x[i + 2]! += next.x[from + 2]!;
    }
  }
  // Known cells among them get their 0 back: their `inverse` is 0.
  sweepBackward(level);
}

function sweepForward(level: Level): void {
  for (let y = 1; y <= level.height; y++) sweepRow(level, level.starts[y]!, level.ends[y]!, 1);
}

function sweepBackward(level: Level): void {
  for (let y = level.height; y >= 1; y--) sweepRow(level, level.ends[y]! - 1, level.starts[y]! - 1, -1);
}

/** Gauss-Seidel over the cells from `first` until `end`. The three channels are independent chains, which a CPU overlaps. */
function sweepRow({ x, b, inverse, right, down, stride }: Level, first: number, end: number, step: 1 | -1): void {
  const below = 3 * stride;
  for (let cell = first; cell !== end; cell += step) {
    const i = 3 * cell;
    const k = inverse[cell]!;
    const e = right[cell]!;
    const w = right[cell - 1]!;
    const s = down[cell]!;
    const n = down[cell - stride]!;
    x[i] = k * (b[i]! + e * x[i + 3]! + w * x[i - 3]! + s * x[i + below]! + n * x[i - below]!);
    x[i + 1] = k * (b[i + 1]! + e * x[i + 4]! + w * x[i - 2]! + s * x[i + 1 + below]! + n * x[i + 1 - below]!);
    x[i + 2] = k * (b[i + 2]! + e * x[i + 5]! + w * x[i - 1]! + s * x[i + 2 + below]! + n * x[i + 2 - below]!);
  }
}

/** next.b = sums of (b - A x) over 2 x 2 cells. */
function restrictResidual(level: Level, next: Level): void {
  const { x, b, diagonal, right, down, stride, starts, ends } = level;
  const below = 3 * stride;
  clear(next, next.b);
  for (let y = 1; y <= level.height; y++) {
    const row = ((y + 1) >> 1) * next.stride;
    for (let cell = starts[y]!; cell < ends[y]!; cell++) {
      const to = 3 * (row + ((cell - y * stride + 1) >> 1));
      const i = 3 * cell;
      const d = diagonal[cell]!;
      const e = right[cell]!;
      const w = right[cell - 1]!;
      const s = down[cell]!;
      const n = down[cell - stride]!;
      next.b[to]! += b[i]! - d * x[i]! + e * x[i + 3]! + w * x[i - 3]! + s * x[i + below]! + n * x[i - below]!;
      next.b[to + 1]! +=
        b[i + 1]! - d * x[i + 1]! + e * x[i + 4]! + w * x[i - 2]! + s * x[i + 1 + below]! + n * x[i + 1 - below]!;
      next.b[to + 2]! +=
        b[i + 2]! - d * x[i + 2]! + e * x[i + 5]! + w * x[i - 1]! + s * x[i + 2 + below]! + n * x[i + 2 - below]!;
    }
  }
}

/** Zeros over the hole; what lies outside is 0 and, in a sparse hole, was never touched and takes no memory. */
function clear({ height, starts, ends }: Level, values: Float32Array): void {
  for (let y = 1; y <= height; y++) values.fill(0, 3 * starts[y]!, 3 * ends[y]!);
}

/** Scalar products over the hole, one per channel, in double precision. */
function dot({ height, starts, ends }: Level, a: Float32Array, b: Float32Array): number[] {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  for (let y = 1; y <= height; y++) {
    for (let i = 3 * starts[y]!; i < 3 * ends[y]!; i += 3) {
      s0 += a[i]! * b[i]!;
      s1 += a[i + 1]! * b[i + 1]!;
      s2 += a[i + 2]! * b[i + 2]!;
    }
  }
  return [s0, s1, s2];
}
