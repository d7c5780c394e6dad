/** The picture whose codes are shown, and sets of pictures that are encoded one by one. */
import type { TokenizerSummary } from '../../engine/types';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { createPictureSources } from '../pictureSources';
import { titleOfSample } from '../samples';
import type { CodebookServices } from './services';
import type { SourceRef } from './spec';
import type { Collection, CollectionName, CodebookStore, EncodedPicture } from './store';
import type { Picture } from '../../engine/types';

export interface PictureWork {
  /** Keeps a picture of the visitor's and names it for the spec. */
  keep(picture: Picture, name: string): SourceRef;
  /** Encodes the picture of the spec with a model. A later call ends an earlier one. */
  encode(source: SourceRef | null, model: TokenizerSummary): Promise<void>;
  /** Encodes pictures for their codes; bad ones are listed, the others go on. A later call for the same set replaces it. */
  collect(name: CollectionName, files: readonly NamedFile[], model: TokenizerSummary): Promise<void>;
  /** Stops collecting; what is done stays. */
  stop(name: CollectionName): void;
  dispose(): void;
}

/** A picture that is read when its turn comes. */
export interface NamedFile {
  readonly name: string;
  readonly read: (signal: AbortSignal) => Promise<Blob>;
}

/** Pictures in one set: their codes are kept, 256 numbers a picture. */
export const MAX_FILES = 5000;

const SHOW_EVERY_MS = 250;

/** @param life fires at the end of the session */
export function createPictureWork(
  store: CodebookStore,
  services: CodebookServices,
  life: () => AbortSignal,
): PictureWork {
  const { engine } = services;
  const sources = createPictureSources({
    ...services,
    read: async (blob, file) => ({
      picture: await services.decode(blob),
      name: titleOfSample(store.getState().samples, file),
    }),
  });
  const jobs: Partial<Record<CollectionName, AbortController>> = {};
  let job: AbortController | null = null;

  return {
    keep: (picture, name) => sources.keep({ picture, name }),
    async encode(source, model) {
      job?.abort();
      if (!source) return store.setState({ picture: null, encoding: false });
      const mine = (job = new AbortController());
      const signal = AbortSignal.any([mine.signal, life()]);
      store.setState({ encoding: true, pictureFailure: null });
      try {
        const { picture, name } = await unlessAborted(signal, sources.load(source, signal));
        await engine.load(model.id, {
          signal,
          onProgress: (progress) => signal.aborted || store.setState({ progress }),
        });
        signal.throwIfAborted();
        store.setState({ progress: null });
        const { codes, input } = await unlessAborted(signal, engine.encode(model.id, picture, {}, { signal }));
        const encoded: EncodedPicture = { name, modelId: model.id, input, codes };
        store.setState({ picture: encoded, encoding: false });
      } catch (error) {
        if (job !== mine) return;
        store.setState({ encoding: false, progress: null });
        if (!isAbort(error)) store.setState({ pictureFailure: messageOf(error) });
      }
    },
    async collect(name, files, model) {
      jobs[name]?.abort();
      const mine = (jobs[name] = new AbortController());
      const signal = AbortSignal.any([mine.signal, life()]);
      const done: Collection['pictures'][number][] = [];
      const bad: Collection['bad'][number][] = [];
      const total = Math.min(files.length, MAX_FILES);
      let shownAt = -Infinity;
      /** All that is counted of a set is counted anew: not for each picture of thousands. */
      const show = (running: boolean) => {
        if (jobs[name] !== mine || (running && performance.now() - shownAt < SHOW_EVERY_MS)) return;
        shownAt = performance.now();
        const collection = { modelId: model.id, pictures: [...done], bad: [...bad], total, running };
        store.setState(({ collections }) => ({ collections: { ...collections, [name]: collection } }));
      };
      show(true);
      try {
        await engine.load(model.id, { signal });
        for (const file of files.slice(0, MAX_FILES)) {
          try {
            const picture = await services.decode(await file.read(signal));
            signal.throwIfAborted();
            const { codes } = await unlessAborted(signal, engine.encode(model.id, picture, {}, { signal }));
            done.push({ name: file.name, codes });
          } catch (error) {
            if (signal.aborted) break;
            bad.push({ name: file.name, message: messageOf(error) });
          }
          show(true);
        }
      } catch (error) {
        if (!isAbort(error))
          services.notify({
            id: 'set',
            kind: 'error',
            title: 'The pictures were not encoded',
            message: messageOf(error),
          });
      }
      show(false);
    },
    stop: (name) => jobs[name]?.abort(),
    dispose() {
      job?.abort();
      Object.values(jobs).forEach((one) => one.abort());
      sources.clear();
    },
  };
}
