import { describe, expect, it } from 'vitest';
import { BrowserCache, MemoryCache, type WeightCache } from './cache';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

/** As much of the Cache API as BrowserCache uses; Node has none. */
function fakeStorage(): CacheStorage {
  const caches = new Map<string, Map<string, Response>>();
  const urlOf = (request: RequestInfo | URL) => (request instanceof Request ? request.url : String(request));
  const open = (name: string) => {
    const files = caches.get(name) ?? new Map<string, Response>();
    caches.set(name, files);
    return Promise.resolve({
      match: (request: RequestInfo) => Promise.resolve(files.get(urlOf(request))?.clone()),
      put: (url: string, response: Response) => Promise.resolve(void files.set(url, response)),
      delete: (url: string) => Promise.resolve(files.delete(url)),
      keys: () => Promise.resolve([...files.keys()].map((url) => new Request(url))),
    });
  };
  return { open, delete: (name: string) => Promise.resolve(caches.delete(name)) } as unknown as CacheStorage;
}

const caches: readonly (readonly [string, () => WeightCache])[] = [
  ['memory', () => new MemoryCache()],
  ['browser', () => new BrowserCache(fakeStorage())],
];

describe.each(caches)('%s cache', (_, open) => {
  it('lists what is kept, with sizes, and forgets one or all', async () => {
    const cache = open();
    expect(await cache.entries()).toEqual([]);
    await cache.put(a, new ArrayBuffer(10));
    await cache.put(b, new ArrayBuffer(32));
    expect(await cache.entries()).toEqual([
      { sha256: a, sizeBytes: 10 },
      { sha256: b, sizeBytes: 32 },
    ]);
    expect(await cache.size()).toBe(42);
    await cache.delete(a);
    await cache.delete(a);
    expect(await cache.get(a)).toBeNull();
    expect((await cache.get(b))?.byteLength).toBe(32);
    await cache.clear();
    expect(await cache.size()).toBe(0);
    expect(await cache.get(b)).toBeNull();
  });
});

it('where the browser allows no storage, nothing is kept and nothing fails', async () => {
  const refused = { open: () => Promise.reject(new Error('denied')) } as unknown as CacheStorage;
  const cache = new BrowserCache(refused);
  await cache.put(a, new ArrayBuffer(1));
  expect(await cache.get(a)).toBeNull();
  expect(await cache.entries()).toEqual([]);
});
