/** Weights that survive a reload, kept by their sha256: another version of a model is another entry. */
export interface WeightCache {
  get(sha256: string): Promise<ArrayBuffer | null>;
  /** Never throws: a full disk only means that the next visit downloads again. */
  put(sha256: string, file: ArrayBuffer): Promise<void>;
  clear(): Promise<void>;
  /** Bytes kept. */
  size(): Promise<number>;
}

/** For tests, and where the browser keeps nothing. */
export class MemoryCache implements WeightCache {
  private readonly files = new Map<string, ArrayBuffer>();

  get(sha256: string): Promise<ArrayBuffer | null> {
    return Promise.resolve(this.files.get(sha256) ?? null);
  }

  put(sha256: string, file: ArrayBuffer): Promise<void> {
    this.files.set(sha256, file);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.files.clear();
    return Promise.resolve();
  }

  size(): Promise<number> {
    return Promise.resolve([...this.files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0));
  }
}

const CACHE_NAME = 'tessera-weights-v1';

/** Over the browser's Cache API. `storage` is `globalThis.caches`. */
export class BrowserCache implements WeightCache {
  constructor(private readonly storage: CacheStorage) {}

  async get(sha256: string): Promise<ArrayBuffer | null> {
    try {
      const response = await (await this.storage.open(CACHE_NAME)).match(address(sha256));
      return response ? await response.arrayBuffer() : null;
    } catch {
      // Private windows may refuse storage: then there is simply nothing kept.
      return null;
    }
  }

  async put(sha256: string, file: ArrayBuffer): Promise<void> {
    try {
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(file.byteLength) };
      await (await this.storage.open(CACHE_NAME)).put(address(sha256), new Response(file, { headers }));
    } catch {
      // No room, or not allowed.
    }
  }

  async clear(): Promise<void> {
    await this.storage.delete(CACHE_NAME);
  }

  async size(): Promise<number> {
    const cache = await this.storage.open(CACHE_NAME);
    const responses = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
    return responses.reduce((sum, response) => sum + Number(response?.headers.get('content-length') ?? 0), 0);
  }
}

/** The Cache API wants an http(s) address; this one is never fetched. */
const address = (sha256: string): string => `https://weights.invalid/${sha256}`;

/** The browser's cache where there is one (pages on https or localhost), else one for this visit. */
export function openCache(): WeightCache {
  return typeof caches === 'undefined' ? new MemoryCache() : new BrowserCache(caches);
}
