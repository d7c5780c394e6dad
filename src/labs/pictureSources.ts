/** The pictures of one session: the samples it fetched, and what the visitor brought, kept for undo. */
import type { SourceRef } from '../experiment/source';

/** Where files come from. */
export interface FileServices {
  readonly fetchPicture: (url: string, signal: AbortSignal) => Promise<Blob>;
  readonly sampleUrl: (file: string) => string;
}

export interface PictureSources<L> {
  /** Keeps what the visitor brought and names it for the spec. */
  keep(own: L): SourceRef;
  /** The same object each time. @throws Error for the visitor */
  load(source: SourceRef, signal: AbortSignal): Promise<L>;
  clear(): void;
}

interface SourceParts<L> extends FileServices {
  /** A sample as it is kept. */
  readonly read: (blob: Blob, file: string, signal: AbortSignal) => Promise<L>;
  /** Lets go of what is too much of the visitor's; the oldest come first. */
  readonly trim?: (own: Map<number, L>) => void;
  /** What to do where one is gone. */
  readonly again?: string;
}

/** Own pictures kept, where nothing else is said. */
const KEPT = 12;

/** @returns a `trim` that leaves the newest */
export const newestOf =
  (most: number) =>
  (own: Map<number, unknown>): void => {
    if (own.size > most) own.delete(own.keys().next().value!);
  };

export function createPictureSources<L>(parts: SourceParts<L>): PictureSources<L> {
  const { fetchPicture, sampleUrl, read, trim = newestOf(KEPT), again = 'drop it again' } = parts;
  const own = new Map<number, L>();
  const samples = new Map<string, L>();
  let next = 1;
  return {
    keep(loaded) {
      const id = next++;
      own.set(id, loaded);
      trim(own);
      return { kind: 'own', id };
    },
    async load(source, signal) {
      if (source.kind === 'own') {
        const loaded = own.get(source.id);
        if (!loaded) throw new Error(`That picture is no longer in memory: ${again}.`);
        return loaded;
      }
      const known = samples.get(source.file);
      if (known) return known;
      const loaded = await read(await fetchPicture(sampleUrl(source.file), signal), source.file, signal);
      samples.set(source.file, loaded);
      return loaded;
    },
    clear() {
      own.clear();
      samples.clear();
    },
  };
}
