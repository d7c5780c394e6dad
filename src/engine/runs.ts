/** One picture through one tokenizer: as a square at the model's resolution, or whole, in tiles. Pure orchestration. */
import { TooLargeError } from '../graph/ir';
import { bytesOfCodes } from '../image/codes';
import { fitPicture } from '../image/fit';
import { psnr, ssim } from '../image/metrics';
import { createBlender, cutCodes, cutTile, placeCodes, planInCodesOf, tilePlan, type TilePlan } from '../image/tiles';
import type { VqvaeDecoder } from '../models/vqvae/decoder';
import type { VqvaeCodes, VqvaeRuntime } from '../models/vqvae/runtime';
import type { Report } from './api';
import { breathe } from './calls';
import type { Remaps } from './codebook/variants';
import { isTwoLevel, sideUnit } from './grids';
import type { CodeGrid, Metrics, Picture, RunOptions, Timings, TokenizerSummary } from './types';

/** A tokenizer compiled for one size. */
export interface Network {
  readonly runtime: Pick<VqvaeRuntime, 'encode' | 'decode' | 'reconstruct'>;
  /** What compiling it took just now; 0 where it was compiled already. */
  readonly compileMs: number;
  /** Whether it has run before. */
  readonly warm: boolean;
}

/** The networks a run needs: one per size, made on demand. */
export interface Networks {
  readonly model: TokenizerSummary;
  /** A variant's names for the codes that are found. */
  readonly remap?: Remaps | null;
  /** @throws TooLargeError where `width` x `height` pixels exceed what this GPU binds. */
  at(width: number, height: number): Promise<Network>;
  /** Decodes `batch` small pictures at once. @throws as `at` */
  decoder(width: number, height: number, batch: number): Promise<VqvaeDecoder>;
  /** Where work of some seconds is cut into smaller pieces: no GPU, or one that is none. */
  readonly isSlow: boolean;
}

export interface Encoded {
  /** What the model was given. */
  readonly input: Picture;
  readonly codes: CodeGrid[];
  /** The encoder's vectors before the quantizer, [height, width, codeDim]. */
  readonly latents: Float32Array<ArrayBuffer>;
  /** Two levels: the top's. */
  readonly topLatents?: Float32Array<ArrayBuffer>;
}

export interface RunControl {
  readonly signal: AbortSignal;
  readonly report?: Report | undefined;
}

/** Tiles are not made smaller than this many codes a side: they would see too little of the picture. */
const MIN_TILE_CODES = 4;

/** The picture as the model wants it. */
const inputOf = ({ fit, resolution }: TokenizerSummary, picture: Picture, options: RunOptions): Picture =>
  options.mode === 'tile' ? picture : fitPicture(picture, resolution, options.fit ?? fit);

/**
 * Tiles for a `width` x `height` picture and the network for their size: a single tile where the picture is no larger than
 * the model's square, halved until it fits where this GPU cannot bind it. Tiles share half of their side:
 * each normalises by its own statistics, and a long blend is what hides that. They are planned in the largest codes, so
 * that each tile holds whole codes of every grid, and owns the same part of the picture in all of them.
 */
async function openPlan(
  networks: Networks,
  width: number,
  height: number,
): Promise<{ plan: TilePlan; network: Network }> {
  const { factor, resolution } = networks.model;
  const unit = sideUnit(networks.model);
  const fewest = (MIN_TILE_CODES * factor) / unit;
  for (let codes = resolution / unit; ; codes = Math.floor(codes / 2)) {
    const plan = tilePlan(width, height, codes * unit, Math.ceil(codes / 2) * unit, unit);
    try {
      return { plan, network: await networks.at(plan.tileWidth, plan.tileHeight) };
    } catch (error) {
      if (!(error instanceof TooLargeError) || codes / 2 < fewest) throw error;
    }
  }
}

/** Picture to codes. */
export async function encodePicture(
  networks: Networks,
  picture: Picture,
  options: RunOptions,
  control: RunControl,
): Promise<Encoded> {
  const input = inputOf(networks.model, picture, options);
  const { plan, network } = await openPlan(networks, input.width, input.height);
  return encodeTiles(networks, plan, network, input, control);
}

async function encodeTiles(
  networks: Networks,
  plan: TilePlan,
  { runtime }: Network,
  input: Picture,
  control: RunControl,
): Promise<Encoded> {
  const grids = new GridBuilder(networks, plan);
  for (const [i, tile] of plan.tiles.entries()) {
    await step(control, 'encode', i, plan);
    grids.place(i, await runtime.encode(cutTile(input, tile).data, { signal: control.signal }));
  }
  return grids.finish(input);
}

/** Codes to picture, tile by tile where the grid is larger than the model's own. */
export async function decodeCodes(
  networks: Networks,
  codes: readonly CodeGrid[],
  control: RunControl,
): Promise<Picture> {
  const { factor } = networks.model;
  const finest = codes.at(-1);
  if (!finest) throw new Error('There are no codes to decode.');
  const { plan, network } = await openPlan(networks, finest.width * factor, finest.height * factor);
  return decodeTiles(plan, network, codes, control);
}

async function decodeTiles(
  plan: TilePlan,
  { runtime }: Network,
  codes: readonly CodeGrid[],
  control: RunControl,
): Promise<Picture> {
  const blender = createBlender(plan);
  const plans = codes.map(({ width }) => planInCodesOf(plan, plan.paddedWidth / width));
  for (const i of plan.tiles.keys()) {
    await step(control, 'decode', i, plan);
    const grids = codes.map(({ indices }, level) => cutCodes(plans[level]!, plans[level]!.tiles[i]!, indices));
    const data = await runtime.decode(grids, { signal: control.signal });
    blender.add({ width: plan.tileWidth, height: plan.tileHeight, data });
  }
  return blender.finish();
}

export interface PictureRun {
  readonly encoded: Encoded;
  readonly image: Picture;
  readonly metrics: Metrics;
  readonly timings: Timings;
}

/** Picture to codes to picture. A single tile goes through in one submit; more are encoded first, then decoded from the joined codes. */
export async function reconstructPicture(
  networks: Networks,
  picture: Picture,
  options: RunOptions,
  control: RunControl,
): Promise<PictureRun> {
  const { model } = networks;
  const fitStarted = performance.now();
  const input = inputOf(model, picture, options);
  const fitMs = performance.now() - fitStarted;
  const { plan, network } = await openPlan(networks, input.width, input.height);
  const { compileMs, warm } = network;
  const [tile] = plan.tiles;
  await breathe(control.signal);

  if (plan.tiles.length === 1 && tile) {
    const started = performance.now();
    const result = await network.runtime.reconstruct(cutTile(input, tile).data, { signal: control.signal });
    const grids = new GridBuilder(networks, plan);
    grids.place(0, result);
    const blender = createBlender(plan);
    blender.add({ width: plan.tileWidth, height: plan.tileHeight, data: result.pixels });
    const image = blender.finish();
    const totalMs = fitMs + performance.now() - started;
    const timings = { ...result.timings, prepareMs: fitMs + result.timings.prepareMs, compileMs, totalMs, warm };
    return finishRun(networks, grids.finish(input), image, timings);
  }

  const started = performance.now();
  const encoded = await encodeTiles(networks, plan, network, input, control);
  const encodedAt = performance.now();
  const image = await decodeTiles(plan, network, encoded.codes, control);
  const decodedAt = performance.now();
  return finishRun(networks, encoded, image, {
    prepareMs: fitMs,
    encodeMs: encodedAt - started,
    quantizeMs: null,
    decodeMs: decodedAt - encodedAt,
    readMs: null,
    compileMs,
    totalMs: fitMs + decodedAt - started,
    warm,
    clock: 'wall',
  });
}

const finishRun = ({ remap }: Networks, encoded: Encoded, image: Picture, timings: Timings): PictureRun => ({
  encoded,
  image,
  metrics: {
    psnr: psnr(encoded.input, image),
    ssim: ssim(encoded.input, image),
    bytes: bytesOfCodes(encoded.codes.map((grid, level) => withNames(grid, remap?.[level]))),
  },
  timings,
});

/** A variant's code is one of the names that are left: so many bits it takes. */
const withNames = (grid: CodeGrid, names: Int32Array | null | undefined): CodeGrid =>
  names ? { ...grid, codebookSize: new Set(names).size } : grid;

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
  /** The tiles in the codes of each grid. */
  private readonly plans: readonly TilePlan[];
  private readonly indices: readonly Int32Array<ArrayBuffer>[];
  private readonly latents: Float32Array<ArrayBuffer>;
  private readonly topLatents: Float32Array<ArrayBuffer> | null;
  private readonly model: TokenizerSummary;
  private readonly remap: Remaps | null;

  constructor({ model, remap = null }: Networks, plan: TilePlan) {
    this.model = model;
    this.remap = remap;
    this.plans = model.grids.map(({ factor }) => planInCodesOf(plan, factor));
    this.indices = this.plans.map(({ codeWidth, codeHeight }) => new Int32Array(codeWidth * codeHeight));
    this.latents = new Float32Array((this.indices.at(-1)?.length ?? 0) * model.codeDim);
    this.topLatents = isTwoLevel(model) ? new Float32Array((this.indices[0]?.length ?? 0) * model.codeDim) : null;
  }

  /** What tile `i` of the plan gave. */
  place(i: number, { indices, latents, topLatents }: VqvaeCodes): void {
    indices.forEach((codes, level) => {
      const plan = this.plans[level]!;
      placeCodes(plan, plan.tiles[i]!, codes, this.indices[level]!);
    });
    this.placeLatents(i, this.plans.at(-1)!, latents, this.latents);
    if (topLatents && this.topLatents) this.placeLatents(i, this.plans[0]!, topLatents, this.topLatents);
  }

  private placeLatents(i: number, plan: TilePlan, latents: Float32Array, whole: Float32Array): void {
    const { codeDim } = this.model;
    const { owned, codes } = plan.tiles[i]!;
    for (let y = owned.y; y < owned.y + owned.height; y++) {
      const from = ((y - codes.y) * codes.width + owned.x - codes.x) * codeDim;
      const to = (y * plan.codeWidth + owned.x) * codeDim;
      whole.set(latents.subarray(from, from + owned.width * codeDim), to);
    }
  }

  finish(input: Picture): Encoded {
    const codes = this.model.grids.map(({ name, codebookSize }, level) => {
      const { codeWidth: width, codeHeight: height } = this.plans[level]!;
      const indices = this.indices[level]!;
      const names = this.remap?.[level];
      if (names) indices.forEach((code, i) => (indices[i] = names[code] ?? code));
      return { name, width, height, codebookSize, indices };
    });
    return { input, codes, latents: this.latents, ...(this.topLatents && { topLatents: this.topLatents }) };
  }
}
