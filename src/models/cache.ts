/** Weights that survive a reload, kept by their sha256: another version of a model is another entry. */
export interface WeightCache {
  get(sha256: string): Promise<ArrayBuffer | null>;
  /** Never throws: a full disk only means that the next visit downloads again. */
  put(sha256: string, file: ArrayBuffer): Promise<void>;
  /** What is kept; empty where the browser allows no storage. */
  entries(): Promise<readonly CacheEntry[]>;
  /** Forgets one file; nothing happens where it is not kept. */
  delete(sha256: string): Promise<void>;
  clear(): Promise<void>;
  /** Bytes kept. */
  size(): Promise<number>;
}

export interface CacheEntry {
  readonly sha256: string;
  readonly sizeBytes: number;
}

const sumOf = (entries: readonly CacheEntry[]): number => entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

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

  entries(): Promise<readonly CacheEntry[]> {
    return Promise.resolve([...this.files].map(([sha256, { byteLength }]) => ({ sha256, sizeBytes: byteLength })));
  }

  delete(sha256: string): Promise<void> {
    this.files.delete(sha256);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.files.clear();
    return Promise.resolve();
  }

  async size(): Promise<number> {
    return sumOf(await this.entries());
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

  async entries(): Promise<readonly CacheEntry[]> {
    try {
      const cache = await this.storage.open(CACHE_NAME);
      return await Promise.all(
        (await cache.keys()).map(async (request) => ({
          sha256: new URL(request.url).pathname.slice(1),
          sizeBytes: Number((await cache.match(request))?.headers.get('content-length') ?? 0),
        })),
      );
    } catch {
      return [];
    }
  }

  async delete(sha256: string): Promise<void> {
    await (await this.storage.open(CACHE_NAME)).delete(address(sha256));
  }

  async clear(): Promise<void> {
    await this.storage.delete(CACHE_NAME);
  }

  async size(): Promise<number> {
    return sumOf(await this.entries());
  }
}

/** The Cache API wants an http(s) address; this one is never fetched. */
const address = (sha256: string): string => `https://weights.invalid/${sha256}`;

/** The browser's cache where there is one (pages on https or localhost), else one for this visit. */
export function openCache(): WeightCache {
  return typeof caches === 'undefined' ? new MemoryCache() : new BrowserCache(caches);
}
