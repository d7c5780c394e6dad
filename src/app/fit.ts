/** `tessera.fit`: latents fitted to a picture, or to what is known of it. */
import type { EngineClient, FitReport, FitResult, FitTask, Picture, TokenizerSummary } from '../engine/types';
import { fitPicture } from '../image/fit';
import { holeBounds } from '../image/hole/mask';
import { chooseSquare } from '../image/hole/square';
import type { StraightImage } from '../image/hole/types';
import { flattenAlpha } from '../image/picture';
import { maskOver, toImageData, type InpaintParts } from './inpaint';

export interface FitRequest {
  /** A tokenizer with one codebook. Default: the page's first of that kind. */
  readonly model?: string;
  /** Or its kind alone: a blur then has a sigma of 2 pixels, and 'upscale' is by 2. Default: 'inpaint' with a mask, else 'denoise'. */
  readonly task?: FitTask | FitTask['kind'];
  /** Red is 255 in the hole; of the source's size. */
  readonly mask?: ImageData;
  /** 1 .. 8. Default: 4. */
  readonly runs?: number;
  /** Default: 100. */
  readonly steps?: number;
  /** Default: 0. */
  readonly seed?: number;
  /** Grey levels of 255. Default: 5; 'denoise': 25. */
  readonly noise?: number;
  readonly onStep?: (report: FitReport) => void;
  readonly signal?: AbortSignal;
}

export interface FitAnswers extends Omit<FitResult, 'images' | 'continuous' | 'mean' | 'start'> {
  /** The tokenizer's square, one for each run. */
  readonly images: ImageData[];
  readonly continuous: ImageData[];
  readonly mean: ImageData;
  readonly start: ImageData;
}

/**
 * The source becomes the tokenizer's square (for 'upscale' its half or quarter): with a mask the square around the hole, else as the model's pictures
 * are fitted.
 * @throws Error that says what was needed and what was found
 */
export async function fitLatents(
  { engine, pixels }: InpaintParts,
  source: StraightImage,
  request: FitRequest,
): Promise<FitAnswers> {
  const { mask, runs = 4, steps, seed = 0, noise, onStep, signal } = request;
  const model = await tokenizerFor(engine, request.model);
  const task = taskOf(request.task ?? (mask ? 'inpaint' : 'denoise'));
  const side = task.kind === 'upscale' ? model.resolution / task.factor : model.resolution;
  const given = mask
    ? await aroundHole(pixels(), source, mask, side, model.factor)
    : { picture: fitPicture(flattenAlpha(source), side, model.fit) };
  const result = await engine.fitLatents(
    { model: model.id, task, ...given, seed, runs, ...(steps && { steps }), ...(noise && { noise }) },
    onStep,
    signal && { signal },
  );
  return {
    ...result,
    images: result.images.map(toImageData),
    continuous: result.continuous.map(toImageData),
    mean: toImageData(result.mean),
    start: toImageData(result.start),
  };
}

function taskOf(task: FitTask | FitTask['kind']): FitTask {
  if (typeof task === 'object') return task;
  switch (task) {
    case 'deblur':
      return { kind: task, sigma: 2 };
    case 'upscale':
      return { kind: task, factor: 2 };
    case 'inpaint':
    case 'denoise':
      return { kind: task };
  }
}

async function aroundHole(
  work: ReturnType<InpaintParts['pixels']>,
  image: StraightImage,
  maskImage: ImageData,
  side: number,
  factor: number,
): Promise<{ picture: Picture; hole: Uint8Array<ArrayBuffer> }> {
  const mask = maskOver(image, maskImage);
  const bounds = holeBounds(mask);
  if (!bounds)
    throw new Error(
      'The mask is empty: leave it out, or make its red channel 255 where nothing is known of the picture.',
    );
  await work.open(image);
  const { picture, hole } = await work.prepare(
    mask,
    chooseSquare(image.width, image.height, bounds, side),
    side,
    factor,
  );
  return { picture, hole };
}

/** @throws Error for an id that is none, and where there is no tokenizer */
async function tokenizerFor(engine: EngineClient, id: string | undefined): Promise<TokenizerSummary> {
  const models = (await engine.models()).filter((model): model is TokenizerSummary => model.family === 'vqvae');
  const found = models.find((model) => (id === undefined ? model.quantizer === 'vq' : model.id === id));
  if (found) return found;
  throw new Error(
    models.length
      ? `There is no tokenizer ${id === undefined ? 'with one codebook' : `"${id}"`} here. This page has: ${models.map((model) => model.id).join(', ')}.`
      : 'There is no tokenizer here: drop the folder of one on the Models page.',
  );
}
