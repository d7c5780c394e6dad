/** Every way in which a model folder can be wrong has a message of its own. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { BrowserCache, MemoryCache } from './cache';
import { ModelError } from './errors';
import { createModel, loadIndex, loadModel, type LoadOptions, type LoadProgress } from './loader';
import { parseManifest, type Manifest } from './manifest';
import { readSafetensors, writeSafetensors, asFloats } from './safetensors';

const folder = 'fixtures/models';
const read = (path: string) => Uint8Array.from(readFileSync(`${folder}/${path}`));

let files: Map<string, Uint8Array<ArrayBuffer> | string>;
let requests: string[];

beforeEach(() => {
  files = new Map<string, Uint8Array<ArrayBuffer> | string>([
    ['index.json', '{ "models": ["tiny-rvq"] }'],
    ['tiny-rvq/manifest.json', new TextDecoder().decode(read('tiny-rvq/manifest.json'))],
    ['tiny-rvq/model.safetensors', read('tiny-rvq/model.safetensors')],
  ]);
  requests = [];
});

const fetchFile = ((url: string, init?: RequestInit) => {
  const path = url.replace('https://here/models/', '');
  requests.push(path);
  if (init?.signal?.aborted) return Promise.reject(init.signal.reason as Error);
  const body = files.get(path);
  return Promise.resolve(body === undefined ? new Response('no', { status: 404 }) : new Response(body));
}) as typeof fetch;

const load = (options: LoadOptions = {}) =>
  loadModel('https://here/models/', 'tiny-rvq', { fetch: fetchFile, ...options });

const manifest = (change: (manifest: Manifest) => void): void => {
  const parsed = JSON.parse(files.get('tiny-rvq/manifest.json') as string) as Manifest;
  change(parsed);
  files.set('tiny-rvq/manifest.json', JSON.stringify(parsed));
};

/** The weights with other tensors, as bytes. */
function altered(change: (tensors: Record<string, { shape: readonly number[]; data: Float32Array }>) => void) {
  const entries = readSafetensors(read('tiny-rvq/model.safetensors').buffer);
  const tensors = Object.fromEntries(
    [...entries].map(([name, entry]) => [name, { shape: entry.shape, data: asFloats(entry) }]),
  );
  change(tensors);
  return writeSafetensors(tensors);
}

describe('loadModel', () => {
  it('loads a folder, with progress', async () => {
    const seen: LoadProgress[] = [];
    const model = await load({ onProgress: (progress) => seen.push(progress) });
    expect(model.weights.get('decoder.conv_in.bias').shape).toEqual([32]);
    expect(seen.at(-1)).toMatchObject({ stage: 'verify', fraction: 1 });
    expect(seen.find(({ stage, fraction }) => stage === 'download' && fraction === 1)?.message).toMatch(
      /0\.4 MB of 0\.4 MB/,
    );
    expect(() => model.weights.get('nothing')).toThrow(/no tensor nothing/);
    expect(await loadIndex('https://here/models', { fetch: fetchFile })).toEqual(['tiny-rvq']);
  });

  it('takes the weights from the cache the second time, and again from the net when the cache is damaged', async () => {
    const cache = new MemoryCache();
    const { manifest: first } = await load({ cache });
    expect(await cache.size()).toBe(first.weights.sizeBytes);
    requests = [];
    await load({ cache });
    expect(requests).toEqual(['tiny-rvq/manifest.json']);
    await cache.put(first.weights.sha256, new ArrayBuffer(3));
    await load({ cache });
    expect(requests).toContain('tiny-rvq/model.safetensors');
    await cache.clear();
    expect(await cache.size()).toBe(0);
  });

  it.each<[string, () => void, ModelError['kind'], RegExp]>([
    ['no manifest', () => files.delete('tiny-rvq/manifest.json'), 'not-found', /manifest\.json: not found \(404\)/],
    [
      'no weights',
      () => files.delete('tiny-rvq/model.safetensors'),
      'not-found',
      /model\.safetensors: not found \(404\)/,
    ],
    ['a page instead', () => files.set('tiny-rvq/manifest.json', '<html>'), 'manifest', /answered with a page/],
    ['broken JSON', () => files.set('tiny-rvq/manifest.json', '{'), 'manifest', /not JSON/],
    ['a wrong field', () => manifest((m) => Object.assign(m, { licence: 3 })), 'manifest', /licence: /],
    ['another id', () => manifest((m) => Object.assign(m, { id: 'x' })), 'manifest', /expected "tiny-rvq", found "x"/],
    [
      'a cut-off file',
      () => files.set('tiny-rvq/model.safetensors', read('tiny-rvq/model.safetensors').slice(0, 1000)),
      'cut-off',
      /1000 bytes came, 374452 are needed: cut off/,
    ],
    [
      'changed bytes',
      () => files.set('tiny-rvq/model.safetensors', read('tiny-rvq/model.safetensors').fill(1, 100_000, 100_008)),
      'hash',
      /sha256 is [0-9a-f]{12}…, the manifest says/,
    ],
  ])('says so: %s', async (_, spoil, kind, message) => {
    spoil();
    const error = await load().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ModelError);
    expect((error as ModelError).message).toMatch(message);
    expect((error as ModelError).kind).toBe(kind);
  });

  it('says so: no connection, a broken download, a server in trouble', async () => {
    const offline = (() => Promise.reject(new TypeError('fetch failed'))) as typeof fetch;
    await expect(load({ fetch: offline })).rejects.toThrow(/no answer \(fetch failed\)/);
    const trouble = (() => Promise.resolve(new Response('', { status: 503, statusText: 'busy' }))) as typeof fetch;
    await expect(load({ fetch: trouble })).rejects.toThrow(/answered 503 busy/);
    const broken = ((url: string) => {
      if (url.endsWith('.json')) return fetchFile(url);
      const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
      return Promise.resolve(new Response(body));
    }) as typeof fetch;
    await expect(load({ fetch: broken })).rejects.toThrow(/broke off after 0 bytes/);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const stopped = load({
      signal: controller.signal,
      onProgress: () => controller.abort(new DOMException('stopped', 'AbortError')),
    });
    await expect(stopped).rejects.toThrow(/stopped/);
  });
});

describe('createModel', () => {
  const given = () => parseManifest(JSON.parse(new TextDecoder().decode(read('tiny-rvq/manifest.json'))));
  // The altered files are F32, the manifest's table says F16.
  const untabled = () => ({ ...given(), tensors: [] });

  it('lists all missing, extra and misshapen tensors at once, with a hint', () => {
    const file = altered((tensors) => {
      delete tensors['quant_conv.weight'];
      delete tensors['quant_conv.bias'];
      tensors['left.over'] = { shape: [1], data: new Float32Array(1) };
      tensors['decoder.conv_in.bias'] = { shape: [4], data: new Float32Array(4) };
    });
    expect(() => createModel(untabled(), file)).toThrow(
      /2 missing: quant_conv\.weight, quant_conv\.bias\. 1 not expected: left\.over\. 1 do not fit: decoder\.conv_in\.bias is \[4\], needed \[32\]\. Check "quantConv"/,
    );
  });

  it('compares types with the table', () => {
    const file = altered(() => undefined);
    expect(() => createModel(given(), file)).toThrow(/encoder\.conv_in\.weight is F32, the manifest says F16/);
    expect(() => createModel(untabled(), file)).not.toThrow();
  });

  it('knows the names of other code bases', () => {
    const file = altered((tensors) => {
      tensors['encoder.mid.block_1.norm1.weight'] = { shape: [1], data: new Float32Array(1) };
    });
    expect(() => createModel(untabled(), file)).toThrow(/taming-transformers/);
  });
});

describe('BrowserCache', () => {
  it('keeps files by hash, and treats a refusing browser as an empty one', async () => {
    const kept = new Map<string, Response>();
    const store = {
      match: (key: string | Request) => Promise.resolve(kept.get(typeof key === 'string' ? key : key.url)?.clone()),
      put: (key: string, response: Response) => Promise.resolve(void kept.set(key, response)),
      keys: () => Promise.resolve([...kept.keys()].map((url) => new Request(url))),
    };
    const storage = {
      open: () => Promise.resolve(store),
      delete: () => Promise.resolve(kept.clear()),
    } as unknown as CacheStorage;
    const cache = new BrowserCache(storage);
    await cache.put('abc', new ArrayBuffer(12));
    expect((await cache.get('abc'))?.byteLength).toBe(12);
    expect(await cache.get('abd')).toBeNull();
    expect(await cache.size()).toBe(12);
    await cache.clear();
    expect(await cache.size()).toBe(0);
    const refusing = new BrowserCache({ open: () => Promise.reject(new Error('no')) } as unknown as CacheStorage);
    expect(await refusing.get('abc')).toBeNull();
    await refusing.put('abc', new ArrayBuffer(1));
  });
});
