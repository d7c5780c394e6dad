/** Weights of the small denoiser that come with the page: `tiles/index.json` and the safetensors files that it names. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { z } from 'zod';
import type { DiscreteProcess } from '../../diffusion/schedule';
import { asFloats, readSafetensors } from '../../models/safetensors';
import type { HostTensor, HostWeights } from '../../tfjs/tiles/open';

const positive = z.int().positive();
const process = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absorbing'), numTimesteps: positive }),
  z.object({ kind: z.literal('uniform'), numTimesteps: positive, cosineOffset: z.number() }),
  z.object({ kind: z.literal('mask-replace'), numTimesteps: positive, gammaBarT: z.number(), betaBarT: z.number() }),
]);

const indexSchema = z.object({
  weights: z.array(
    z.object({
      process,
      file: z.string(),
      sha256: z.string(),
      sizeBytes: positive,
      /** How it was learnt: `node scripts/train-tiles.mjs` writes this. */
      command: z.string(),
      seed: z.int(),
      steps: positive,
      trainedMs: z.number(),
      /** By name, of 256 samples each: validity at 25 steps, for one. */
      metrics: z.record(z.string(), z.number()),
    }),
  ),
});

export type ShippedEntry = z.infer<typeof indexSchema>['weights'][number];

/** How a process is told from others. */
export const processKey = (one: DiscreteProcess): string =>
  JSON.stringify(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));

/** In the words of the messages. */
export function processWords(one: DiscreteProcess): string {
  if (one.kind !== 'mask-replace') return one.kind;
  return `mask-replace with ${one.betaBarT.toFixed(2)} replaced`;
}

/**
 * @param url of the folder, or null where the page has none
 * @throws Error where there are no weights for this process, or the file is not what the index says
 */
export async function fetchShipped(
  url: string | null,
  wanted: DiscreteProcess,
  signal: AbortSignal,
): Promise<{ entry: ShippedEntry; weights: HostWeights }> {
  if (url === null) throw new Error('This page ships no learnt weights: learn from scratch.');
  const get = async (name: string): Promise<Response> => {
    const response = await fetch(new URL(name, url), { signal });
    if (!response.ok)
      throw new Error(
        `${name} of the shipped weights did not come (${response.status}): reload the page, or learn from scratch.`,
      );
    return response;
  };
  const index = indexSchema.parse(await (await get('index.json')).json());
  const entry = index.weights.find((one) => processKey(one.process) === processKey(wanted));
  if (!entry)
    throw new Error(
      `There are shipped weights for ${index.weights.map((one) => processWords(one.process)).join(', ')}; the settings say ${processWords(wanted)}. Choose that process, or learn from scratch.`,
    );
  const file = await (await get(entry.file)).arrayBuffer();
  const found = bytesToHex(sha256(new Uint8Array(file)));
  if (found !== entry.sha256)
    throw new Error(
      `${entry.file} has sha256 ${found.slice(0, 12)}.., ${entry.sha256.slice(0, 12)}.. is needed: reload the page, or learn from scratch.`,
    );
  const weights = new Map<string, HostTensor>();
  for (const [name, tensor] of readSafetensors(file, entry.file))
    weights.set(name, { shape: tensor.shape, data: asFloats(tensor) });
  return { entry, weights };
}
