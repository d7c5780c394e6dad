/** The built-in pictures, and pictures by their address, for every lab. */
import { z } from 'zod';
import type { SourceRef } from '../experiment/source';
import type { LabContext } from './contract';

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

/** The sample that a lab opens with: the first that no model has seen. */
export const firstSample = (samples: readonly Sample[]): Sample | null =>
  samples.find(({ heldOut }) => heldOut) ?? samples[0] ?? null;

/** The source in force: the one asked for, or the first sample; null where there is neither. */
export function sourceOrFirst(asked: SourceRef | null, samples: readonly Sample[]): SourceRef | null {
  const first = firstSample(samples);
  return asked ?? (first && { kind: 'sample', file: first.file });
}

/** What a sample is called; its file while the list is not there. */
export const titleOfSample = (samples: readonly Sample[], file: string): string =>
  samples.find((sample) => sample.file === file)?.title ?? file;

/** True for the sample that is on the screen. @param asked what the spec says; null: the first one, which is known by its title as soon as it is `shown` */
export const isSampleShown = (
  { file, title }: Sample,
  asked: { readonly kind: string; readonly file?: string } | null,
  shown: string | undefined,
): boolean => (asked === null ? shown === title : asked.kind === 'sample' && asked.file === file);

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

/** Where the pictures of a lab come from: the samples, and addresses that the visitor gives. */
export const pictureServices = ({ samplesUrl, modelsUrl }: Pick<LabContext, 'samplesUrl' | 'modelsUrl'>) => ({
  loadSamples: (signal: AbortSignal) => loadSamples(samplesUrl, signal),
  sampleUrl: (file: string) => sampleUrl(samplesUrl, file),
  fetchPicture,
  pageUrl: document.baseURI,
  modelsUrl,
});
