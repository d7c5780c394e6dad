/** `tessera.inpaint`: a picture and a mask in, whole pictures out. The pixel work is done in a worker, the rest by the engine. */
import type {
  CodeGrid,
  EngineClient,
  InpaintResult,
  InpaintScore,
  ModelSummary,
  PriorSummary,
  TokenizerSummary,
} from '../engine/types';
import { looksDrawn } from '../image/drawing';
import { createHoleClient, type HoleClient } from '../image/hole/client';
import { holeBounds, maskFromImage } from '../image/hole/mask';
import type { Blend, Mask, StraightImage } from '../image/hole/types';
import { chooseSquare } from '../image/hole/square';
import { chooseWhole } from '../image/hole/whole';
import type { RgbaImage } from '../image/picture';
import type { Rect } from '../image/types';
import { priorNamed, priorsOf } from './findModel';
import { sampleOptions, type SampleRequest } from './sampleRequest';

export interface InpaintRequest extends Omit<SampleRequest, 'batch'> {
  /** Red is 255 in the hole; of the picture's size. */
  readonly mask: ImageData;
  /** Answers at once, 1 .. 8; answer i has seed + i. Default: 1. */
  readonly count?: number;
  /** How an answer meets the picture around it; outside the mask the picture's own pixels stay in any case. Default: 'feather'. */
  readonly blend?: Blend;
  /** 'square': a square around the hole, at the model's size. 'whole': windows at the picture's own scale. Default: 'square'. */
  readonly mode?: 'square' | 'whole';
  /** Codes around the hole that are drawn anew as well. Default: 0. */
  readonly grow?: 0 | 1 | 2;
}

export interface InpaintAnswers {
  /** Whole pictures, at the source's size. */
  readonly images: ImageData[];
  readonly codes: readonly CodeGrid[][];
  readonly scores: readonly InpaintScore[];
  readonly seeds: readonly number[];
  readonly model: string;
  /** The part of the picture that the model saw; it may reach beyond it. */
  readonly rect: Rect;
  readonly trace: InpaintResult['trace'];
  readonly timings: InpaintResult['timings'];
  readonly unknownWords: InpaintResult['unknownWords'];
}

/** What the scores of holes in the model cards are made with. */
const DEFAULTS = { numSteps: 12, guidanceScale: 1 } as const;

export interface InpaintParts {
  readonly engine: EngineClient;
  readonly pixels: () => HoleClient;
}

/** One worker for all calls, started by the first. */
export function createInpaintParts(engine: EngineClient): InpaintParts {
  let client: HoleClient | null = null;
  return { engine, pixels: () => (client ??= createHoleClient()) };
}

/** @throws Error that says what was needed and what was found */
export async function inpaint(
  { engine, pixels }: InpaintParts,
  image: StraightImage,
  request: InpaintRequest,
): Promise<InpaintAnswers> {
  const { count = 1, blend = 'feather', mode = 'square', grow = 0 } = request;
  const mask = maskOver(image, request.mask);
  const bounds = holeBounds(mask);
  if (!bounds)
    throw new Error('The mask is empty: nothing is to be filled. Its red channel is 255 where something should go.');
  const models = await engine.models();
  const model = priorOf(models, request.model, image);
  const { resolution, factor } = tokenizerOf(models, model);
  const choose = mode === 'square' ? chooseSquare : chooseWhole;
  const square = choose(image.width, image.height, bounds, resolution);
  const work = pixels();
  await work.open(image);
  const prepared = await work.prepare(mask, square, mode === 'square' ? resolution : null, factor);
  const { seed, condition, sampler, schedule, distribution } = sampleOptions({ ...DEFAULTS, ...request }, model);
  const shared = { model: model.id, condition, seed, sampler, schedule, distribution };
  const { picture, hole, rect } = prepared;
  const result = await engine.inpaint({ ...shared, count, grow, picture, hole });
  const images: ImageData[] = [];
  for (const answer of result.images) images.push(toImageData(await work.compose(mask, rect, answer, blend)));
  const { codes, scores, seeds, trace, timings, unknownWords } = result;
  return { images, codes, scores, seeds, model: model.id, rect, trace, timings, unknownWords };
}

/** @throws Error where the mask is not of the picture's size */
export function maskOver({ width, height }: RgbaImage, image: ImageData): Mask {
  const mask = maskFromImage(image);
  if (mask.width === width && mask.height === height) return mask;
  throw new Error(
    `The mask must have the picture's ${width} x ${height} pixels, found ${mask.width} x ${mask.height}.`,
  );
}

export const toImageData = ({ data, width, height }: StraightImage) => new ImageData(data, width, height);

/** The prior that was asked for; else the first one that fits the picture: a drawing or a photograph. */
function priorOf(models: readonly ModelSummary[], id: string | undefined, image: RgbaImage): PriorSummary {
  if (id !== undefined) return priorNamed(models, id);
  const priors = priorsOf(models);
  const isPhoto = !looksDrawn(image);
  const suits = ({ pairsWith }: PriorSummary) => pairsWith.id.startsWith('photo') === isPhoto;
  const found = priors.find(suits) ?? priors[0];
  if (!found) throw new Error('There is no prior here to fill holes with: drop the folder of one on the Models page.');
  return found;
}

function tokenizerOf(models: readonly ModelSummary[], { id, pairsWith }: PriorSummary): TokenizerSummary {
  const found = models.find((model) => model.id === pairsWith.id);
  if (found?.family === 'vqvae') return found;
  throw new Error(`${id} speaks of the codes of ${pairsWith.id}, which is not here.`);
}
