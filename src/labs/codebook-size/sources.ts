/** The pictures of one session: the samples it fetched, and what the visitor brought, kept for undo. */
import type { Picture } from '../../engine/types';
import type { Sample } from '../samples';
import type { SourceRef } from './spec';
import type { LoadedPicture } from './store';

export interface SourceServices {
  /** A file as a picture. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob) => Promise<Picture>;
  readonly fetchPicture: (url: string, signal: AbortSignal) => Promise<Blob>;
  readonly sampleUrl: (file: string) => string;
}

export interface Sources {
  /** Keeps what the visitor brought and names it for the spec. */
  keep(name: string, picture: Picture): SourceRef;
  sample(file: string, signal: AbortSignal): Promise<LoadedPicture>;
  /** Without a name: the first sample that no model has seen; null where there are none. */
  load(source: SourceRef | null, signal: AbortSignal): Promise<LoadedPicture | null>;
  clear(): void;
}

/** Own pictures kept; the oldest leave first. */
const KEPT = 8;

export function createSources(services: SourceServices, samples: () => readonly Sample[]): Sources {
  const own = new Map<number, LoadedPicture>();
  const fetched = new Map<string, LoadedPicture>();
  let next = 1;
  const sources: Sources = {
    keep(name, picture) {
      const id = next++;
      own.set(id, { key: `own ${id}`, name, picture });
      if (own.size > KEPT) own.delete(own.keys().next().value!);
      return { kind: 'own', id };
    },
    async sample(file, signal) {
      const known = fetched.get(file);
      if (known) return known;
      const picture = await services.decode(await services.fetchPicture(services.sampleUrl(file), signal));
      const name = samples().find((sample) => sample.file === file)?.title ?? file;
      const loaded = { key: file, name, picture };
      fetched.set(file, loaded);
      return loaded;
    },
    async load(source, signal) {
      if (source?.kind === 'own') {
        const loaded = own.get(source.id);
        if (!loaded) throw new Error('That picture is no longer in memory: drop it again.');
        return loaded;
      }
      const listed = samples();
      const file = source?.file ?? (listed.find((sample) => sample.heldOut) ?? listed[0])?.file;
      return file === undefined ? null : sources.sample(file, signal);
    },
    clear() {
      own.clear();
      fetched.clear();
    },
  };
  return sources;
}
