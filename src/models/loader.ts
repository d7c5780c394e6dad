/** Fetches a model folder: index, manifest, weights; checks everything before it is used. */
import { MemoryCache, type WeightCache } from './cache';
import { ModelError } from './errors';
import { parseIndex, parseManifest, type Manifest, type PriorManifest, type VqvaeManifest } from './manifest';
import * as prior from './prior/facts';
import { asFloats, readSafetensors, type TensorEntry } from './safetensors';
import * as vqvae from './vqvae/facts';

/** A model in memory: what it is and its weights, in PyTorch's layout. */
export interface Model<M extends Manifest = Manifest> {
  readonly manifest: M;
  /** Values as f32, converted when asked for. `get` throws ModelError 'tensors' for a name the file does not have. */
  readonly weights: {
    get(name: string): { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> };
  };
}

export type VqvaeModel = Model<VqvaeManifest>;
export type PriorModel = Model<PriorManifest>;

/** Whether a model is a tokenizer. */
export const isVqvae = (model: Model): model is VqvaeModel => model.manifest.family === 'vqvae';

/** Whether a model is a prior. */
export const isPrior = (model: Model): model is PriorModel => model.manifest.family === 'prior';

export interface LoadProgress {
  readonly stage: 'download' | 'verify';
  /** 0..1. */
  readonly fraction: number;
  readonly message: string;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Default: none is kept. */
  readonly cache?: WeightCache;
  readonly fetch?: typeof globalThis.fetch;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Ids of the models at `baseUrl` (a folder with index.json). @throws ModelError */
export async function loadIndex(baseUrl: string, options: LoadOptions = {}): Promise<readonly string[]> {
  const url = resolve(baseUrl, 'index.json');
  return parseIndex(await fetchJson(url, options), url);
}

/** @throws ModelError for an address without a manifest, and for one that is wrong. */
export async function loadManifest(baseUrl: string, id: string, options: LoadOptions = {}): Promise<Manifest> {
  const url = resolve(baseUrl, `${id}/manifest.json`);
  const manifest = parseManifest(await fetchJson(url, options), url);
  if (manifest.id !== id) throw new ModelError('manifest', `${url}: id: expected "${id}", found "${manifest.id}"`);
  return manifest;
}

/**
 * Loads `baseUrl/id/`. Weights come from the cache where it has these very bytes (by sha256).
 * @throws ModelError that says which file, what was needed and what was found; the signal's reason when aborted.
 */
export async function loadModel(baseUrl: string, id: string, options: LoadOptions = {}): Promise<Model> {
  return loadWeights(baseUrl, await loadManifest(baseUrl, id, options), options);
}

/** The rest of `loadModel`, where the manifest is at hand. @throws as there */
export async function loadWeights<M extends Manifest>(
  baseUrl: string,
  manifest: M,
  options: LoadOptions = {},
): Promise<Model<M>> {
  const url = resolve(baseUrl, `${manifest.id}/${manifest.weights.file}`);
  const file = await fetchVerified(url, manifest.weights, options);
  return createModel(manifest, file, url);
}

/** A model from bytes that are already here. @throws ModelError 'format' or 'tensors'. */
export function createModel<M extends Manifest>(
  manifest: M,
  file: ArrayBuffer,
  label = manifest.weights.file,
): Model<M> {
  const entries = readSafetensors(file, label);
  checkTensors(manifest, entries, label);
  return {
    manifest,
    weights: {
      get(name) {
        const entry = entries.get(name);
        if (!entry) throw new ModelError('tensors', `${label}: no tensor ${name}.`);
        return { shape: entry.shape, data: asFloats(entry) };
      },
    },
  };
}

/** A file of known length and hash: from the cache, or downloaded, checked and put there. */
export async function fetchVerified(
  url: string,
  expected: { readonly sizeBytes?: number; readonly sha256: string },
  options: LoadOptions = {},
): Promise<ArrayBuffer> {
  const { cache = new MemoryCache(), onProgress, signal } = options;
  const known = await cache.get(expected.sha256);
  if (known && (await sha256(known)) === expected.sha256) {
    onProgress?.({ stage: 'download', fraction: 1, message: `${megabytes(known.byteLength)} from the cache` });
    return known;
  }
  const file = await download(url, expected.sizeBytes, options);
  signal?.throwIfAborted();
  onProgress?.({ stage: 'verify', fraction: 0, message: 'checking the hash' });
  const found = await sha256(file);
  if (found !== expected.sha256)
    throw new ModelError(
      'hash',
      `${url}: sha256 is ${found.slice(0, 12)}…, the manifest says ${expected.sha256.slice(0, 12)}…. ` +
        'The file is damaged or belongs to another version: reload, or clear the cache.',
    );
  onProgress?.({ stage: 'verify', fraction: 1, message: 'verified' });
  await cache.put(expected.sha256, file);
  return file;
}

/** Hex digest. Plain http pages have no `crypto.subtle` (nor WebGPU): there a library computes it, more slowly. */
export async function sha256(file: ArrayBuffer): Promise<string> {
  const { subtle } = globalThis.crypto as { readonly subtle?: SubtleCrypto };
  const digest = subtle
    ? new Uint8Array(await subtle.digest('SHA-256', file))
    : (await import('@noble/hashes/sha2.js')).sha256(new Uint8Array(file));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function resolve(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/*$/, '')}/${path}`;
}

async function request(url: string, { signal, fetch = globalThis.fetch }: LoadOptions): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw new ModelError('network', `${url}: no answer (${(error as Error).message}). Check the connection.`, {
      cause: error,
    });
  }
  if (response.status === 404)
    throw new ModelError('not-found', `${url}: not found (404). Is the model folder complete?`);
  if (!response.ok)
    throw new ModelError('network', `${url}: the server answered ${response.status} ${response.statusText}.`);
  return response;
}

async function fetchJson(url: string, options: LoadOptions): Promise<unknown> {
  const text = await (await request(url, options)).text();
  try {
    return JSON.parse(text);
  } catch (error) {
    // Many servers answer an unknown address with their home page.
    const isPage = /^\s*</.test(text);
    const hint = isPage
      ? 'the server answered with a page, so the file is probably not there'
      : (error as Error).message;
    throw new ModelError('manifest', `${url}: not JSON: ${hint}.`, { cause: error });
  }
}

async function download(url: string, sizeBytes: number | undefined, options: LoadOptions): Promise<ArrayBuffer> {
  const { signal, onProgress } = options;
  const response = await request(url, options);
  // Content-Length counts compressed bytes: the manifest knows better.
  const total = sizeBytes ?? Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      parts.push(part.value);
      length += part.value.length;
      const fraction = total ? Math.min(1, length / total) : 0;
      onProgress?.({
        stage: 'download',
        fraction,
        message: `${megabytes(length)}${total ? ` of ${megabytes(total)}` : ''}`,
      });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new ModelError('cut-off', `${url}: the download broke off after ${length} bytes. Try again.`, {
      cause: error,
    });
  }
  signal?.throwIfAborted();
  if (sizeBytes !== undefined && length !== sizeBytes)
    throw new ModelError(
      'cut-off',
      `${url}: ${length} bytes came, ${sizeBytes} are needed: ${length < sizeBytes ? 'cut off. Try again.' : 'not the file of this manifest.'}`,
    );
  const file = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    file.set(part, offset);
    offset += part.length;
  }
  return file.buffer;
}

/** Every tensor that a manifest's configuration needs: name to shape. */
export const expectedTensors = (manifest: Manifest): ReadonlyMap<string, readonly number[]> =>
  manifest.family === 'prior'
    ? prior.expectedTensors(manifest.config, manifest.vocabulary.size)
    : vqvae.expectedTensors(manifest.config);

/** Compares the file with the topology and with the manifest's table; lists everything that is wrong at once. */
function checkTensors(manifest: Manifest, entries: ReadonlyMap<string, TensorEntry>, label: string): void {
  const expected = expectedTensors(manifest);
  const table = new Map(manifest.tensors.map((tensor) => [tensor.name, tensor]));
  const missing = [...expected.keys()].filter((name) => !entries.has(name));
  const extra = [...entries.keys()].filter((name) => !expected.has(name));
  const wrong = [...expected].flatMap(([name, shape]) => {
    const entry = entries.get(name);
    if (!entry) return [];
    const found = `[${entry.shape.join(', ')}]`;
    if (entry.shape.join() !== shape.join()) return [`${name} is ${found}, needed [${shape.join(', ')}]`];
    if (entry.dtype === 'I32') return [`${name} is I32, floats are needed`];
    const stated = table.get(name);
    if (stated && stated.dtype !== entry.dtype) return [`${name} is ${entry.dtype}, the manifest says ${stated.dtype}`];
    return [];
  });
  if (!missing.length && !extra.length && !wrong.length) return;
  const parts = [
    missing.length ? `${missing.length} missing: ${missing.join(', ')}` : '',
    extra.length ? `${extra.length} not expected: ${extra.join(', ')}` : '',
    wrong.length ? `${wrong.length} do not fit: ${wrong.join('; ')}` : '',
  ].filter(Boolean);
  const hint = manifest.family === 'prior' ? PRIOR_HINT : vqvaeHint(missing, extra, wrong);
  throw new ModelError('tensors', `${label}: ${parts.join('. ')}. ${hint}`);
}

const PRIOR_HINT =
  'Check "width", "depth", "mlpRatio", "grids" and "process" in the config, and the size of the vocabulary.';

function vqvaeHint(missing: readonly string[], extra: readonly string[], wrong: readonly string[]): string {
  const names = [...extra, ...missing];
  if (extra.length && names.some((name) => /\.(nin_shortcut|norm_out|attn_1|mid\.block_1)\b/.test(name)))
    return 'These are the names of the taming-transformers code: convert the checkpoint to the names of diffusers.';
  if (missing.some((name) => name.includes('attentions')) || extra.some((name) => name.includes('attentions')))
    return 'Check "attention" and "midAttention" in the config.';
  if (missing.some((name) => /quant_conv/.test(name)) || extra.some((name) => /quant_conv/.test(name)))
    return 'Check "quantConv" and "postQuantConv" in the config.';
  if (wrong.length && !missing.length && !extra.length)
    return 'Check "channels", "codeDim" and "quantizer" in the config.';
  return 'The config does not describe these weights: check "channels", "resBlocks" and "quantizer".';
}
