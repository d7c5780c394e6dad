/** The pictures of one session: the samples it fetched, what the visitor brought, and what was made of them; kept for undo. */
import type { RgbaImage } from '../../image/picture';
import type { SourceRef } from './spec';

export interface LoadedPicture {
  readonly image: RgbaImage;
  readonly name: string;
}

export interface SourceServices {
  /** A file as a picture, transparency and all. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob, signal: AbortSignal) => Promise<RgbaImage>;
  readonly fetchPicture: (url: string, signal: AbortSignal) => Promise<Blob>;
  readonly sampleUrl: (file: string) => string;
}

export interface Sources {
  /** Keeps a picture and names it for the spec. */
  keep(own: LoadedPicture): SourceRef;
  /** @param titleOf name of a sample by its file */
  load(source: SourceRef, titleOf: (file: string) => string, signal: AbortSignal): Promise<LoadedPicture>;
  clear(): void;
}

/** Own pictures kept for undo, all together; the newest two stay in any case. */
const MOST_BYTES = 256 * 1024 * 1024;

export const keyOf = (source: SourceRef): string => (source.kind === 'own' ? `own ${source.id}` : source.file);

export function createSources(services: SourceServices): Sources {
  const own = new Map<number, LoadedPicture>();
  const samples = new Map<string, LoadedPicture>();
  let next = 1;
  return {
    keep(loaded) {
      const id = next++;
      own.set(id, loaded);
      let bytes = [...own.values()].reduce((sum, { image }) => sum + image.data.length, 0);
      for (const [oldest, { image }] of own) {
        if (bytes <= MOST_BYTES || own.size <= 2) break;
        own.delete(oldest);
        bytes -= image.data.length;
      }
      return { kind: 'own', id };
    },
    async load(source, titleOf, signal) {
      if (source.kind === 'own') {
        const loaded = own.get(source.id);
        if (!loaded) throw new Error('That picture is no longer in memory: open it again.');
        return loaded;
      }
      const known = samples.get(source.file);
      if (known) return known;
      const blob = await services.fetchPicture(services.sampleUrl(source.file), signal);
      const loaded = { image: await services.decode(blob, signal), name: titleOf(source.file) };
      samples.set(source.file, loaded);
      return loaded;
    },
    clear() {
      own.clear();
      samples.clear();
    },
  };
}
