/** What is loaded and what the cache keeps, model by model. Pure. */
import type { CacheEntry } from '../models/cache';
import type { StorageReport } from './types';

/**
 * @param models what is listed, with the hash that its weights are kept under; null for a local model, which is never kept
 * @param kept what the cache holds
 * @param loaded ids of the models in memory
 */
export function storageReport(
  models: readonly { readonly id: string; readonly sha256: string | null }[],
  kept: readonly CacheEntry[],
  loaded: ReadonlySet<string>,
): StorageReport {
  const bytes = new Map<string | null, number>(kept.map(({ sha256, sizeBytes }) => [sha256, sizeBytes]));
  const known = new Set(models.map(({ sha256 }) => sha256));
  const sumOf = (entries: readonly CacheEntry[]) => entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    keptBytes: sumOf(kept),
    strayBytes: sumOf(kept.filter(({ sha256 }) => !known.has(sha256))),
    models: models.map(({ id, sha256 }) => ({ id, loaded: loaded.has(id), keptBytes: bytes.get(sha256) ?? 0 })),
  };
}
