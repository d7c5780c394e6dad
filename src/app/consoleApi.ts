/**
 * `window.tessera`: the playground for people who prefer a console, and for the end-to-end tests. Documented in README.md.
 * Everything is asynchronous; the engine does the work in its worker.
 */
import type { Capabilities, CodeGrid, EngineClient, Fit, Metrics, ModelSummary, Picture } from '../engine/types';
import { decodePicture, decodeUrl, pictureFromImage } from '../image/decode';
import { flattenAlpha } from '../image/picture';

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
    simulateDeviceLoss: () => engine.simulateDeviceLoss(),
  };
}

const toImageData = ({ data, width, height }: Picture) => new ImageData(data, width, height);

async function toPicture(source: PictureSource): Promise<Picture> {
  if (source instanceof Blob) return decodePicture(source);
  if (typeof source === 'string' || source instanceof URL) return decodeUrl(new URL(source, document.baseURI).href);
  return source instanceof ImageData ? flattenAlpha(source) : pictureFromImage(source);
}
