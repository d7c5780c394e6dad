/** The pictures and codes of one session: the samples it fetched, and what the visitor brought. */
import type { CodeGrid, Picture } from '../../engine/types';
import type { SourceRef } from './spec';

export interface LoadedPicture {
  readonly picture: Picture;
  readonly name: string;
}

export interface SourceServices {
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly fetchPicture: (url: string, signal: AbortSignal) => Promise<Blob>;
  readonly sampleUrl: (file: string) => string;
}

/** Codes read from a file: nobody knows the picture that they were made from. */
export interface LoadedCodes {
  readonly name: string;
  readonly modelId: string;
  readonly codes: CodeGrid[];
}

export interface Sources {
  keep(own: LoadedPicture): SourceRef;
  /** @param titleOf name of a sample by its file */
  load(source: SourceRef, titleOf: (file: string) => string, signal: AbortSignal): Promise<LoadedPicture>;
  clear(): void;
}

/** Own pictures kept for another model or mode; the oldest leave first. */
const KEPT_PICTURES = 12;

export function createSources(services: SourceServices): Sources {
  const own = new Map<number, LoadedPicture>();
  const samples = new Map<string, LoadedPicture>();
  let next = 1;
  return {
    keep(loaded) {
      const id = next++;
      own.set(id, loaded);
      if (own.size > KEPT_PICTURES) own.delete(own.keys().next().value!);
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
      const loaded = { picture: await services.decode(blob), name: titleOf(source.file) };
      samples.set(source.file, loaded);
      return loaded;
    },
    clear() {
      own.clear();
      samples.clear();
    },
  };
}
