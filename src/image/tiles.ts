/**
 * Tile mode: a picture larger than the model's square is encoded in overlapping tiles, of which each keeps the codes in its
 * middle, and decoded from the joined codes in the same tiles, which are blended across their overlaps.
 */
import { cutRect, pictureFrom } from './picture';
import type { Picture, Rect } from './types';

export interface Tile {
  /** Pixels of the padded picture. All tiles of a plan have the same size. */
  readonly rect: Rect;
  /** The same place in codes. */
  readonly codes: Rect;
  /** The codes that this tile is trusted with; these rectangles cover the code grid once. */
  readonly owned: Rect;
  /** Share of each column and row in the blend: a pixel's weight is columnWeights[x] * rowWeights[y]. */
  readonly columnWeights: Float32Array<ArrayBuffer>;
  readonly rowWeights: Float32Array<ArrayBuffer>;
}

export interface TilePlan {
  /** The picture. */
  readonly width: number;
  readonly height: number;
  /** The picture grown to whole codes. */
  readonly paddedWidth: number;
  readonly paddedHeight: number;
  readonly factor: number;
  readonly codeWidth: number;
  readonly codeHeight: number;
  /** `tileSize`, or the padded picture's side where that is shorter. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Row by row. */
  readonly tiles: readonly Tile[];
}

/** One axis of a tile: pixels from `start`, codes [first, end) owned. */
interface Stretch {
  readonly start: number;
  readonly first: number;
  readonly end: number;
  readonly weights: Float32Array<ArrayBuffer>;
}

/**
 * Covers a `width` x `height` picture with tiles of at most `tileSize` pixels that overlap by at least `overlap`, spread evenly.
 * @param factor pixels per code and side; tiles start on whole codes.
 * @throws RangeError unless tileSize and overlap are multiples of factor and overlap < tileSize.
 */
export function tilePlan(width: number, height: number, tileSize: number, overlap: number, factor: number): TilePlan {
  if (tileSize % factor !== 0 || overlap % factor !== 0 || overlap < 0 || overlap >= tileSize) {
    throw new RangeError(
      `Tiles of ${tileSize} pixels, ${overlap} of them shared, do not hold whole codes of ${factor}.`,
    );
  }
  const paddedWidth = Math.ceil(width / factor) * factor;
  const paddedHeight = Math.ceil(height / factor) * factor;
  const columns = stretches(paddedWidth, tileSize, overlap, factor);
  const rows = stretches(paddedHeight, tileSize, overlap, factor);
  const tileWidth = Math.min(tileSize, paddedWidth);
  const tileHeight = Math.min(tileSize, paddedHeight);
  const tiles = rows.flatMap((row) =>
    columns.map((column): Tile => ({
      rect: { x: column.start, y: row.start, width: tileWidth, height: tileHeight },
      codes: {
        x: column.start / factor,
        y: row.start / factor,
        width: tileWidth / factor,
        height: tileHeight / factor,
      },
      owned: { x: column.first, y: row.first, width: column.end - column.first, height: row.end - row.first },
      columnWeights: column.weights,
      rowWeights: row.weights,
    })),
  );
  return {
    width,
    height,
    paddedWidth,
    paddedHeight,
    factor,
    codeWidth: paddedWidth / factor,
    codeHeight: paddedHeight / factor,
    tileWidth,
    tileHeight,
    tiles,
  };
}

function stretches(length: number, tileSize: number, overlap: number, factor: number): Stretch[] {
  const tile = Math.min(tileSize, length);
  const count = length <= tileSize ? 1 : Math.ceil((length - overlap) / (tileSize - overlap));
  const step = count === 1 ? 0 : (length - tile) / (count - 1) / factor;
  const starts = Array.from({ length: count }, (_, i) => Math.floor(i * step + 1e-9) * factor);
  // The last tile ends with the picture, whatever the rounding.
  starts[count - 1] = length - tile;
  const middles = starts.slice(1).map((start, i) => Math.floor((start + starts[i]! + tile) / 2 / factor));
  const ramps = starts.map((start, i) => {
    const left = i === 0 ? null : { from: start, to: starts[i - 1]! + tile };
    const right = i === count - 1 ? null : { from: starts[i + 1]!, to: start + tile };
    return Float32Array.from({ length: tile }, (_, k) => {
      const x = start + k + 0.5;
      return Math.min(left ? rise(x, left) : 1, right ? 1 - rise(x, right) : 1);
    });
  });
  const sums = new Float32Array(length);
  ramps.forEach((ramp, i) => ramp.forEach((w, k) => (sums[starts[i]! + k]! += w)));
  return starts.map((start, i) => ({
    start,
    first: i === 0 ? 0 : middles[i - 1]!,
    end: i === count - 1 ? length / factor : middles[i]!,
    weights: ramps[i]!.map((w, k) => w / sums[start + k]!),
  }));
}

/** 0 to 1 over the middle half of an overlap: what a tile decodes next to its own edge, where it lacks context, counts nothing. */
function rise(x: number, overlap: { from: number; to: number }): number {
  const length = overlap.to - overlap.from;
  if (length === 0) return x < overlap.from ? 0 : 1;
  return Math.min(Math.max((x - overlap.from - length / 4) / (length / 2), 0), 1);
}

/** The pixels of one tile, edge repeated where the tile reaches beyond the picture. [tileHeight, tileWidth] */
export function cutTile(picture: Picture, tile: Tile): Picture {
  return cutRect(picture, tile.rect);
}

/** Copies the codes a tile owns from its own grid [tileHeight, tileWidth] / factor into the whole [codeHeight, codeWidth]. */
export function placeCodes(plan: TilePlan, tile: Tile, tileCodes: Int32Array, whole: Int32Array): void {
  const { codes, owned } = tile;
  for (let y = 0; y < owned.height; y++) {
    const from = (owned.y - codes.y + y) * codes.width + owned.x - codes.x;
    whole.set(tileCodes.subarray(from, from + owned.width), (owned.y + y) * plan.codeWidth + owned.x);
  }
}

/** The same tiles, counted in codes of `factor` pixels: a finer grid of the same picture. `factor` divides the plan's. */
export function planInCodesOf(plan: TilePlan, factor: number): TilePlan {
  const scale = plan.factor / factor;
  if (scale === 1) return plan;
  if (!Number.isInteger(scale)) throw new RangeError(`Codes of ${factor} pixels do not fit into ${plan.factor}.`);
  const scaled = ({ x, y, width, height }: Rect): Rect => ({
    x: x * scale,
    y: y * scale,
    width: width * scale,
    height: height * scale,
  });
  return {
    ...plan,
    factor,
    codeWidth: plan.codeWidth * scale,
    codeHeight: plan.codeHeight * scale,
    tiles: plan.tiles.map((tile) => ({ ...tile, codes: scaled(tile.codes), owned: scaled(tile.owned) })),
  };
}

/** The codes under a tile, taken from the whole grid: what its decoder gets. [tileHeight, tileWidth] / factor */
export function cutCodes(plan: TilePlan, tile: Tile, whole: Int32Array): Int32Array<ArrayBuffer> {
  const { codes } = tile;
  const out = new Int32Array(codes.width * codes.height);
  for (let y = 0; y < codes.height; y++) {
    const from = (codes.y + y) * plan.codeWidth + codes.x;
    out.set(whole.subarray(from, from + codes.width), y * codes.width);
  }
  return out;
}

/**
 * Joins decoded tiles by their weights. Only the rows that unfinished tiles touch are held in float: [tileHeight, width, 3].
 * `add` takes the tiles in the plan's order; `finish` returns the picture, cut back to the plan's width and height.
 */
export function createBlender(plan: TilePlan): { add(tile: Picture): void; finish(): Picture } {
  const out = pictureFrom(plan.width, plan.height);
  const stride = plan.paddedWidth * 3;
  const sums = new Float32Array(plan.tileHeight * stride);
  let top = 0;
  let next = 0;

  /** Writes out the rows above `y`, which no later tile touches, and makes room below. */
  const flushTo = (y: number) => {
    for (let row = top; row < Math.min(y, plan.height); row++) {
      for (let x = 0, from = (row - top) * stride, to = row * plan.width * 4; x < plan.width; x++, from += 3, to += 4) {
        for (let c = 0; c < 3; c++) out.data[to + c] = sums[from + c]!;
      }
    }
    const done = Math.min(y - top, plan.tileHeight) * stride;
    sums.copyWithin(0, done);
    sums.fill(0, sums.length - done);
    top = y;
  };

  return {
    add(picture) {
      const tile = plan.tiles[next++];
      if (!tile) throw new RangeError(`The plan has ${plan.tiles.length} tiles; this is one more.`);
      if (picture.width !== plan.tileWidth || picture.height !== plan.tileHeight) {
        throw new RangeError(
          `Tile ${next - 1} is ${picture.width} x ${picture.height}, not ${plan.tileWidth} x ${plan.tileHeight}.`,
        );
      }
      if (tile.rect.y > top) flushTo(tile.rect.y);
      for (let y = 0, from = 0; y < plan.tileHeight; y++) {
        let to = y * stride + tile.rect.x * 3;
        for (let x = 0; x < plan.tileWidth; x++, from += 4, to += 3) {
          const w = tile.rowWeights[y]! * tile.columnWeights[x]!;
          for (let c = 0; c < 3; c++) sums[to + c]! += w * picture.data[from + c]!;
        }
      }
    },
    finish() {
      if (next < plan.tiles.length) throw new RangeError(`${next} of ${plan.tiles.length} tiles were added.`);
      flushTo(plan.paddedHeight);
      return out;
    },
  };
}

/** All tiles at once; see `createBlender`. */
export function blendTiles(plan: TilePlan, tiles: Iterable<Picture>): Picture {
  const blender = createBlender(plan);
  for (const tile of tiles) blender.add(tile);
  return blender.finish();
}
