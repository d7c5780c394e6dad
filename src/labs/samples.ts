/** The built-in pictures, and pictures by their address, for every lab. */
import { z } from 'zod';

/** A built-in sample, as `samples/index.json` lists it. */
export interface Sample {
  readonly file: string;
  readonly title: string;
  readonly credit: string;
  readonly width: number;
  readonly height: number;
  /** True where the model has never seen this concept. */
  readonly heldOut: boolean;
}

const sampleList = z.array(
  z.object({
    file: z.string().regex(/^[\w./-]+$/),
    title: z.string(),
    credit: z.string(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    heldOut: z.boolean(),
  }),
);

/**
 * The built-in samples.
 * @throws Error naming the address where the list is missing or malformed.
 */
export async function loadSamples(samplesUrl: string, signal: AbortSignal): Promise<Sample[]> {
  const url = `${samplesUrl}index.json`;
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`The list of samples (${url}) answered ${response.status}.`);
  const parsed = sampleList.safeParse(await response.json());
  if (!parsed.success) throw new Error(`The list of samples (${url}) is malformed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The address of a sample's picture. */
export const sampleUrl = (samplesUrl: string, file: string): string => `${samplesUrl}${file}`;

/**
 * The file of a picture: a sample's, or one that the visitor gave the address of.
 * @throws Error for the visitor: the server says no, does not answer, or forbids other sites (CORS)
 */
export async function fetchPicture(url: string, signal: AbortSignal): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const message = `${url} does not answer, or does not let other sites read it. Save the picture and drop the file here.`;
    throw new Error(message, { cause });
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.blob();
}
