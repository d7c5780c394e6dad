/** The pictures of one session: the samples it fetched, and what the visitor brought, kept for undo. */
import type { Picture } from '../../engine/types';
import type { SourceRef } from './spec';
import type { LoadedCodes, LoadedPicture } from './store';

export interface SourceServices {
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly fetchPicture: (url: string, signal: AbortSignal) => Promise<Blob>;
  readonly sampleUrl: (file: string) => string;
}

export type Loaded = LoadedPicture | LoadedCodes;

export interface Sources {
  /** Keeps what the visitor brought and names it for the spec. */
  keep(own: Loaded): SourceRef;
  /** @param titleOf name of a sample by its file */
  load(source: SourceRef, titleOf: (file: string) => string, signal: AbortSignal): Promise<Loaded>;
  clear(): void;
}

/** Own pictures kept for undo; the oldest leave first. */
const keptPictures = 12;

export function createSources(services: SourceServices): Sources {
  const own = new Map<number, Loaded>();
  const samples = new Map<string, LoadedPicture>();
  let next = 1;
  return {
    keep(loaded) {
      const id = next++;
      own.set(id, loaded);
      if (own.size > keptPictures) own.delete(own.keys().next().value!);
      return { kind: 'own', id };
    },
    async load(source, titleOf, signal) {
      if (source.kind === 'own') {
        const loaded = own.get(source.id);
        if (!loaded) throw new Error('That picture is no longer in memory: drop it again.');
        return loaded;
      }
      const known = samples.get(source.file);
      if (known) return known;
      const blob = await services.fetchPicture(services.sampleUrl(source.file), signal);
      const loaded = { picture: await services.decode(blob), name: titleOf(source.file), fileBytes: blob.size };
      samples.set(source.file, loaded);
      return loaded;
    },
    clear() {
      own.clear();
      samples.clear();
    },
  };
}
