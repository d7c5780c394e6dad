/** Measurements on held-out pictures, made by `node scripts/codebook-rates.mjs`: `rate/<data set>.json`. */
import { z } from 'zod';

const scores = { bitsPerPixel: z.number().positive(), psnr: z.number(), ssim: z.number() };

const schema = z.object({
  schemaVersion: z.literal(1),
  dataset: z.string(),
  /** Pictures that were measured, of so many held out. */
  pictures: z.int().positive(),
  heldOut: z.int().positive(),
  pixels: z.int().positive(),
  points: z.array(
    z.object({ way: z.enum(['trained', 'drop', 'merge']), modelId: z.string(), size: z.int().positive(), ...scores }),
  ),
  codecs: z.array(
    z.object({ codec: z.enum(['webp', 'avif']), points: z.array(z.object({ quality: z.number(), ...scores })) }),
  ),
});

export type RateFile = z.infer<typeof schema>;

/** The data set of a shipped model: what its id begins with. */
export const datasetOf = (modelId: string): string => modelId.split('-')[0] ?? modelId;

/** Null where there is no such file. @throws Error where it is not what it should be */
export async function loadRates(rateUrl: string, dataset: string, signal: AbortSignal): Promise<RateFile | null> {
  const response = await fetch(`${rateUrl}${dataset}.json`, { signal });
  // Many servers answer an unknown address with their home page.
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) return null;
  const parsed = schema.safeParse(await response.json());
  if (!parsed.success)
    throw new Error(`The measurements of "${dataset}" are malformed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
