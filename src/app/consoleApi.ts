/**
 * `window.tessera`: the playground for people who prefer a console, and for the end-to-end tests. Documented in README.md.
 * Everything is asynchronous; the engine does the work in its worker.
 */
import type {
  Capabilities,
  CodeGrid,
  EngineClient,
  Fit,
  Metrics,
  ModelSummary,
  Picture,
  SampleResult,
} from '../engine/types';
import { decodePicture, decodeUrl, pictureFromImage } from '../image/decode';
import type { StraightImage } from '../image/hole/types';
import { flattenAlpha } from '../image/picture';
import {
  codebook,
  createCodebookParts,
  resizeCodebook,
  type CodebookAnswer,
  type ResizedAnswer,
  type ResizeRequest,
} from './codebook';
import { NO_PRIOR, priorNamed, priorsOf } from './findModel';
import { fitLatents, type FitAnswers, type FitRequest } from './fit';
import {
  createInpaintParts,
  inpaint,
  toImageData,
  type InpaintAnswers,
  type InpaintParts,
  type InpaintRequest,
} from './inpaint';
import { sampleOptions, type SampleRequest } from './sampleRequest';

/** Anything that can become a picture: a file, pixels, a bitmap, or the address of a picture. */
export type PictureSource = Blob | ImageData | ImageBitmap | URL | string;

export interface ConsoleApi {
  /** Resolves when the engine runs. */
  readonly ready: Promise<Capabilities>;
  capabilities(): Promise<Capabilities>;
  models(): Promise<ModelSummary[]>;
  /** Picture to codes. The metrics are those of the codes decoded again, against the fitted picture. */
  encode(
    modelId: string,
    source: PictureSource,
    options?: { fit?: Fit; mode?: 'fit' | 'tile' },
  ): Promise<{ codes: CodeGrid[]; metrics: Metrics }>;
  /** Codes to picture. Rejects codes outside the codebook. */
  decode(modelId: string, codes: readonly CodeGrid[]): Promise<ImageData>;
  reconstruct(
    modelId: string,
    source: PictureSource,
    options?: { fit?: Fit; mode?: 'fit' | 'tile' },
  ): Promise<{ image: ImageData; codes: CodeGrid[]; metrics: Metrics }>;
  /** New codes and pictures out of a prior, one entry for each sample; `trace` holds every state from noise to result. */
  sample(
    request?: SampleRequest,
  ): Promise<{ images: ImageData[] } & Pick<SampleResult, 'codes' | 'trace' | 'timings' | 'unknownWords'>>;
  /**
   * Fills the hole of a picture: whole pictures at its size, its own pixels outside of the mask bit for bit. The same request gives the same
   * answers, whatever lies under the mask.
   */
  inpaint(request: InpaintRequest & { readonly source: PictureSource }): Promise<InpaintAnswers>;
  /**
   * A second opinion without a prior: latents are fitted to a picture, or to what is known of it, by gradient descent; several runs show with their
   * spread what the known pixels leave open. Also for noisy, blurred and small pictures.
   */
  fit(request: FitRequest & { readonly source: PictureSource }): Promise<FitAnswers>;
  /** A tokenizer's code vectors, level by level, and how often each code occurs. */
  codebook(modelId: string): Promise<CodebookAnswer>;
  /** The same networks with fewer codes, as a variant that every other call takes by its id. */
  resizeCodebook(modelId: string, request: ResizeRequest): Promise<ResizedAnswer>;
  /** Destroys the GPU device, as a driver crash would; the engine rebuilds it. Resolves when it is back. */
  simulateDeviceLoss(): Promise<void>;
}

declare global {
  interface Window {
    tessera: ConsoleApi;
  }
}

export function createConsoleApi(engine: EngineClient): ConsoleApi {
  const run = async (modelId: string, source: PictureSource, options?: { fit?: Fit; mode?: 'fit' | 'tile' }) =>
    engine.reconstruct(modelId, await toPicture(source), options);
  const filling = createInpaintParts(engine);
  const codebooks = createCodebookParts(engine);
  return {
    ready: engine.ready,
    capabilities: () => engine.capabilities(),
    models: () => engine.models(),
    encode: async (modelId, source, options) => {
      const { codes, metrics } = await run(modelId, source, options);
      return { codes, metrics };
    },
    decode: async (modelId, codes) => toImageData(await engine.decode(modelId, codes)),
    reconstruct: async (modelId, source, options) => {
      const { image, codes, metrics } = await run(modelId, source, options);
      return { image: toImageData(image), codes, metrics };
    },
    sample: async (request = {}) => {
      const models = await engine.models();
      const model = request.model === undefined ? priorsOf(models)[0] : priorNamed(models, request.model);
      if (!model) throw new Error(NO_PRIOR);
      const { codes, images, trace, timings, unknownWords } = await engine.sample(sampleOptions(request, model));
      return { codes, images: images.map(toImageData), trace, timings, unknownWords };
    },
    inpaint: async ({ source, ...request }) => inpaint(filling, await toStraight(source, filling), request),
    fit: async ({ source, ...request }) => fitLatents(filling, await toStraight(source, filling), request),
    codebook: (modelId) => codebook(codebooks, modelId),
    resizeCodebook: (modelId, request) => resizeCodebook(codebooks, modelId, request),
    simulateDeviceLoss: () => engine.simulateDeviceLoss(),
  };
}

/** With its alpha, where it has one: colours are not premultiplied. */
async function toStraight(source: PictureSource, { pixels }: InpaintParts): Promise<StraightImage> {
  if (source instanceof ImageData) return source;
  if (source instanceof Blob) return pixels().decode(source);
  if (source instanceof ImageBitmap) return pictureFromImage(source);
  const address = new URL(source, document.baseURI);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address.href} answered ${response.status} ${response.statusText}`.trim() + '.');
  return pixels().decode(await response.blob());
}

async function toPicture(source: PictureSource): Promise<Picture> {
  if (source instanceof Blob) return decodePicture(source);
  if (typeof source === 'string' || source instanceof URL) return decodeUrl(new URL(source, document.baseURI).href);
  return source instanceof ImageData ? flattenAlpha(source) : pictureFromImage(source);
}
