/** One picture through one tokenizer: as a square at the model's resolution, or whole, in tiles. Pure orchestration. */
import { fitPicture } from '../image/fit';
import { psnr, ssim } from '../image/metrics';
import { createBlender, cutCodes, cutTile, placeCodes, tilePlan, type Tile, type TilePlan } from '../image/tiles';
import type { VqvaeRuntime } from '../models/vqvae/runtime';
import { breathe } from './calls';
import type { Report } from './api';
import type { CodeGrid, Metrics, ModelSummary, Picture, RunOptions, Timings } from './types';

/** The networks a run needs: one per size, made on demand. */
export interface Networks {
  readonly model: ModelSummary;
  /** The tokenizer compiled for pictures of `width` x `height` pixels. */
  at(width: number, height: number): Promise<VqvaeRuntime>;
}

export interface Encoded {
  /** What the model was given. */
  readonly input: Picture;
  readonly codes: CodeGrid[];
  /** The encoder's vectors before the quantizer, [height, width, codeDim]. */
  readonly latents: Float32Array<ArrayBuffer>;
}

export interface RunControl {
  readonly signal: AbortSignal;
  readonly report?: Report | undefined;
}

type StageTimes = Omit<Timings, 'totalMs' | 'clock'>;

/** Tiles share a quarter of their side with each neighbour. */
const overlapOf = (model: ModelSummary): number => Math.ceil(model.resolution / 4 / model.factor) * model.factor;

/** The picture as the model wants it, and the plan of tiles: a single one in 'fit' mode. */
export function planRun(
  model: ModelSummary,
  picture: Picture,
  options: RunOptions,
): { input: Picture; plan: TilePlan } {
  const { mode = 'fit', fit = model.fit } = options;
  const input = mode === 'tile' ? picture : fitPicture(picture, model.resolution, fit);
  return { input, plan: tilePlan(input.width, input.height, model.resolution, overlapOf(model), model.factor) };
}

/** Picture to codes. */
export async function encodePicture(networks: Networks, picture: Picture, options: RunOptions, control: RunControl) {
  const started = performance.now();
  const { input, plan } = planRun(networks.model, picture, options);
  const grids = new GridBuilder(networks.model, plan);
  const network = await networks.at(plan.tileWidth, plan.tileHeight);
  const times = emptyTimes();
  times.prepareMs = performance.now() - started;
  for (const [i, tile] of plan.tiles.entries()) {
    await step(control, 'encode', i, plan);
    grids.place(tile, await network.encode(cutTile(input, tile).data, { signal: control.signal }));
  }
  return { encoded: grids.finish(input), times };
}

/** Codes to picture, tile by tile where the grid is larger than the model's own. */
export async function decodeCodes(
  networks: Networks,
  codes: readonly CodeGrid[],
  control: RunControl,
): Promise<Picture> {
  const { model } = networks;
  const [first] = codes;
  if (!first) throw new Error('There are no codes to decode.');
  const plan = tilePlan(
    first.width * model.factor,
    first.height * model.factor,
    model.resolution,
    overlapOf(model),
    model.factor,
  );
  return decodePlan(networks, plan, codes, control);
}

async function decodePlan(
  networks: Networks,
  plan: TilePlan,
  codes: readonly CodeGrid[],
  control: RunControl,
): Promise<Picture> {
  const network = await networks.at(plan.tileWidth, plan.tileHeight);
  const blender = createBlender(plan);
  for (const [i, tile] of plan.tiles.entries()) {
    await step(control, 'decode', i, plan);
    const data = await network.decode(
      codes.map(({ indices }) => cutCodes(plan, tile, indices)),
      { signal: control.signal },
    );
    blender.add({ width: plan.tileWidth, height: plan.tileHeight, data });
  }
  return blender.finish();
}

export interface PictureRun {
  readonly encoded: Encoded;
  readonly image: Picture;
  readonly metrics: Metrics;
  readonly timings: Timings;
  /** The network that holds the result on the GPU; null where it was put together from tiles. */
  readonly shown: VqvaeRuntime | null;
}

/** Picture to codes to picture. A single tile goes through in one submit; more are encoded first, then decoded from the joined codes. */
export async function reconstructPicture(
  networks: Networks,
  picture: Picture,
  options: RunOptions,
  control: RunControl,
): Promise<PictureRun> {
  const started = performance.now();
  const { input, plan } = planRun(networks.model, picture, options);
  const network = await networks.at(plan.tileWidth, plan.tileHeight);
  const [tile] = plan.tiles;
  if (plan.tiles.length === 1 && tile) {
    await step(control, 'encode', 0, plan);
    const prepared = performance.now();
    const result = await network.reconstruct(cutTile(input, tile).data, { signal: control.signal });
    const grids = new GridBuilder(networks.model, plan);
    grids.place(tile, result);
    const blender = createBlender(plan);
    blender.add({ width: plan.tileWidth, height: plan.tileHeight, data: result.pixels });
    const image = blender.finish();
    const encoded = grids.finish(input);
    const timings = {
      ...result.timings,
      prepareMs: result.timings.prepareMs + (prepared - started),
      totalMs: performance.now() - started,
    };
    return { encoded, image, metrics: measure(input, image, encoded.codes), timings, shown: network };
  }
  const prepared = performance.now();
  const { encoded } = await encodePicture(networks, picture, options, control);
  const encodedAt = performance.now();
  const image = await decodePlan(networks, plan, encoded.codes, control);
  const decodedAt = performance.now();
  const timings: Timings = {
    ...emptyTimes(),
    prepareMs: prepared - started,
    encodeMs: encodedAt - prepared,
    decodeMs: decodedAt - encodedAt,
    totalMs: decodedAt - started,
    clock: 'wall',
  };
  return { encoded, image, metrics: measure(input, image, encoded.codes), timings, shown: null };
}

/** Bytes of a row of codes: ceil(h w log2 K / 8), summed over the grids. */
export const codeBytes = (codes: readonly CodeGrid[]): number =>
  codes.reduce(
    (sum, { width, height, codebookSize }) => sum + Math.ceil((width * height * Math.log2(codebookSize)) / 8),
    0,
  );

const measure = (input: Picture, image: Picture, codes: readonly CodeGrid[]): Metrics => ({
  psnr: psnr(input, image),
  ssim: ssim(input, image),
  bytes: codeBytes(codes),
});

const emptyTimes = (): { -readonly [K in keyof StageTimes]: number } => ({
  prepareMs: 0,
  encodeMs: 0,
  quantizeMs: 0,
  decodeMs: 0,
  readMs: 0,
});

async function step(
  { signal, report }: RunControl,
  stage: 'encode' | 'decode',
  done: number,
  plan: TilePlan,
): Promise<void> {
  await breathe(signal);
  if (plan.tiles.length > 1)
    report?.({ stage, fraction: done / plan.tiles.length, message: `tile ${done + 1} of ${plan.tiles.length}` });
}

/** Collects what the tiles own into whole grids. */
class GridBuilder {
  private readonly indices: Int32Array<ArrayBuffer>[];
  private readonly latents: Float32Array<ArrayBuffer>;

  constructor(
    private readonly model: ModelSummary,
    private readonly plan: TilePlan,
  ) {
    const count = plan.codeWidth * plan.codeHeight;
    this.indices = model.codebookSizes.map(() => new Int32Array(count));
    this.latents = new Float32Array(count * model.codeDim);
  }

  place(tile: Tile, { indices, latents }: { indices: readonly Int32Array[]; latents: Float32Array }): void {
    const { plan, model } = this;
    indices.forEach((level, i) => placeCodes(plan, tile, level, this.indices[i]!));
    const { owned, codes } = tile;
    for (let y = owned.y; y < owned.y + owned.height; y++) {
      const from = ((y - codes.y) * codes.width + owned.x - codes.x) * model.codeDim;
      const to = (y * plan.codeWidth + owned.x) * model.codeDim;
      this.latents.set(latents.subarray(from, from + owned.width * model.codeDim), to);
    }
  }

  finish(input: Picture): Encoded {
    const { codeWidth: width, codeHeight: height } = this.plan;
    const codes = this.model.codebookSizes.map((codebookSize, level) => ({
      name: this.model.codebookSizes.length > 1 ? `level ${level + 1}` : 'codes',
      width,
      height,
      codebookSize,
      indices: this.indices[level]!,
    }));
    return { input, codes, latents: this.latents };
  }
}
