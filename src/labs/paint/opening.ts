/** What comes onto the canvas: pictures that are encoded, codes out of files and links, an empty grid. */
import { changesTo } from '../../codebook/paint/change';
import type { CodeGrid, Picture, Progress, TokenizerSummary } from '../../engine/types';
import { codesFromJson } from '../../image/codes';
import { isAbort, messageOf, unlessAborted } from '../abort';
import { readAddress } from '../address';
import { REMEDY } from '../lists';
import { createPictureSources } from '../pictureSources';
import { isCodesFile } from '../pictureFiles';
import { firstSample, titleOfSample } from '../samples';
import type { SessionServices, Shared } from './services';
import { unpackGrids, type PaintSpec, type SourceRef } from './spec';
import { changedByLevel, selectModel, type Opened } from './store';

export interface Opening {
  /** Takes a picture file or a saved codes file; on failure what was there stays. The last one taken wins. */
  open(blob: Blob, name: string): Promise<void>;
  openUrl(address: string): Promise<void>;
  openSample(file: string): Promise<void>;
  /** The same picture through another model or at another size. */
  reopen(change: { model?: string; mode?: PaintSpec['mode'] }): Promise<void>;
  /** A square of one code. */
  openEmpty(): Promise<void>;
  /** The picture to copy from; null: none. */
  openSecond(source: SourceRef | null): Promise<void>;
  /** Takes a file as the picture to copy from. */
  openSecondFile(blob: Blob, name: string): Promise<void>;
  /** Exchanges the painting's picture and the second one. */
  exchange(): void;
}

export interface Openings extends Opening {
  /** What the spec says; at the start only where the visitor asked for nothing meanwhile. @param again the visitor asks for it */
  begin(spec: PaintSpec, again: boolean): Promise<void>;
  /** The second picture belongs to the same model and mode as the painting. */
  bringSecond(): Promise<void>;
  /** Stops what is being opened. */
  cancel(): void;
  clear(): void;
}

/** Codes read from a file: nobody knows the picture that they were made from. */
interface LoadedCodes {
  readonly name: string;
  readonly modelId: string;
  readonly codes: CodeGrid[];
}

/** @param ready the models are listed */
export function createOpening(shared: Shared, services: SessionServices, ready: () => Promise<void>): Openings {
  const { store, engine, life, say, place } = shared;
  const set = store.setState;
  const sources = createPictureSources({
    ...services,
    read: async (blob, file) => ({ picture: await services.decode(blob), name: titleOf(file) }),
  });
  let [next, asked] = [1, 0];
  let job: AbortController | null = null;
  let secondJob: AbortController | null = null;
  /** What stands beside the painting, so that it can be encoded again for another model. */
  let second: SourceRef | null = null;

  const titleOf = (file: string) => titleOfSample(store.getState().samples, file);

  function modelOf(id: string | null | undefined): TokenizerSummary {
    const { models } = store.getState();
    const model = models.find((one) => one.id === id) ?? models[0];
    if (!model) throw new Error(`There is no tokenizer to run: ${services.modelsUrl}index.json lists none. ${REMEDY}`);
    return model;
  }

  /** Ends what is being opened before. */
  function begun(): AbortSignal {
    job?.abort();
    job = new AbortController();
    const ended = life();
    ended.addEventListener('abort', () => job?.abort(), { once: true });
    set({ phase: 'opening', failure: null, progress: null });
    return job.signal;
  }

  /** Runs one opening; its failure leaves what was there. */
  async function opening(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const signal = begun();
    try {
      // A picture may be dropped before the models are known.
      await unlessAborted(signal, ready());
      await work(signal);
      if (!signal.aborted) set({ phase: 'idle', progress: null });
    } catch (error) {
      if (job?.signal !== signal || life().aborted) return;
      const { opened } = store.getState();
      if (isAbort(error)) return set({ phase: 'idle', progress: null });
      const message = name ? `${name} could not be opened. ${messageOf(error)}` : messageOf(error);
      if (opened) {
        set({ phase: 'idle', progress: null });
        say('bad', message);
      } else set({ phase: 'failed', progress: null, failure: message });
    }
  }

  const tell = (signal: AbortSignal) => (progress: Progress) => void (!signal.aborted && set({ progress }));

  async function encode(
    source: SourceRef,
    model: TokenizerSummary,
    mode: PaintSpec['mode'],
    signal: AbortSignal,
    onProgress?: (progress: Progress) => void,
  ): Promise<Opened> {
    const call = { signal, ...(onProgress && { onProgress }) };
    const [{ picture, name }] = await Promise.all([
      unlessAborted(signal, sources.load(source, signal)),
      unlessAborted(signal, engine.load(model.id, call)),
    ]);
    const run = await unlessAborted(signal, engine.reconstruct(model.id, picture, { mode }, call));
    const { latents, topLatents, codes, image, input } = run;
    return {
      ...{ id: next++, modelId: model.id, name, source, mode, input, base: codes, baseImage: image },
      latents: { latents, ...(topLatents && { topLatents }) },
    };
  }

  async function decoded(file: LoadedCodes, signal: AbortSignal): Promise<Opened> {
    const baseImage: Picture = await unlessAborted(signal, engine.decode(file.modelId, file.codes, { signal }));
    return {
      ...{ id: next++, modelId: file.modelId, name: file.name, source: null, mode: 'fit', input: null },
      ...{ base: file.codes, baseImage, latents: null },
    };
  }

  const openSource = (source: SourceRef, name: string, model?: string, mode?: PaintSpec['mode']) =>
    opening(name, async (signal) => {
      const { opened, spec } = store.getState();
      const chosen = modelOf(model ?? opened?.modelId ?? spec.model);
      const made = await encode(source, chosen, mode ?? opened?.mode ?? spec.mode, signal, tell(signal));
      place(made, `Open ${made.name}`);
    });

  async function readCodes(blob: Blob, name: string): Promise<LoadedCodes> {
    const { model, codes } = codesFromJson(await blob.text());
    const known = store.getState().models.map(({ id }) => id);
    if (!known.includes(model))
      throw new Error(`Its codes are of "${model}", which is not here. Here are: ${known.join(', ') || 'none'}.`);
    return { name, modelId: model, codes };
  }

  const openFile = (blob: Blob, name: string) => {
    const mine = ++asked;
    return opening(name || 'This file', async (signal) => {
      if (isCodesFile(blob, name)) {
        const file = await readCodes(blob, name);
        const made = await decoded(file, signal);
        if (mine === asked) place(made, `Open ${name}`);
        return;
      }
      const picture = await unlessAborted(signal, services.decode(blob));
      const { opened, spec } = store.getState();
      const source = sources.keep({ picture, name });
      const model = modelOf(opened?.modelId ?? spec.model);
      const made = await encode(source, model, opened?.mode ?? spec.mode, signal, tell(signal));
      if (mine === asked) place(made, `Open ${name}`);
    });
  };

  /** The painted codes of a link, over their picture where that travelled too. */
  async function openLinked(spec: PaintSpec, source: SourceRef | null, signal: AbortSignal): Promise<void> {
    const { codes } = spec;
    const model = modelOf(codes?.model ?? spec.model);
    if (codes && model.id !== codes.model)
      throw new Error(`The codes of the link are of "${codes.model}", which is not here. Choose a picture instead.`);
    const grids: CodeGrid[] | null = codes && unpackGrids(codes, model.grids);
    if (grids && !source) {
      await engine.load(model.id, { signal, onProgress: tell(signal) });
      return place(
        await decoded({ name: 'Codes of the link', modelId: model.id, codes: grids }, signal),
        'Open the link',
      );
    }
    if (!source) return;
    place(await encode(source, model, spec.mode, signal, tell(signal)), 'Open the link');
    const history = shared.history();
    if (!grids || !history) return;
    if (history.grids.some((grid, i) => grid.width !== grids[i]?.width || grid.height !== grids[i]?.height))
      return place(
        await decoded({ name: 'Codes of the link', modelId: model.id, codes: grids }, signal),
        'Open the link',
      );
    history.edit(
      changesTo(
        history.grids,
        grids.map(({ indices }) => indices),
      ),
      { label: 'Painted in the link' },
    );
    shared.changed();
  }

  const self: Openings = {
    async begin(spec, again) {
      if (asked > 0 && !again) return self.bringSecond();
      const { samples } = store.getState();
      const sample = firstSample(samples);
      const source = spec.source ?? (spec.codes || !sample ? null : { kind: 'sample' as const, file: sample.file });
      second = spec.second;
      await opening('', async (signal) => {
        try {
          await openLinked(spec, source, signal);
        } catch (error) {
          if (isAbort(error) || !spec.codes || !sample) throw error;
          await openLinked({ ...spec, codes: null }, { kind: 'sample', file: sample.file }, signal);
          say('warn', messageOf(error));
        }
      });
      await self.bringSecond();
    },
    open: openFile,
    async openUrl(text) {
      const mine = ++asked;
      const address = readAddress(text, services.pageUrl);
      if (!address)
        return say(
          'warn',
          `"${text.slice(0, 80)}" cannot be read as an address. Save the picture and drop the file here.`,
        );
      try {
        const blob = await services.fetchPicture(address.url, life());
        if (mine === asked) await openFile(blob, address.name);
      } catch (error) {
        if (!isAbort(error)) say('bad', `${address.name} could not be fetched. ${messageOf(error)}`);
      }
    },
    openSample(file) {
      asked++;
      return openSource({ kind: 'sample', file }, titleOf(file));
    },
    async reopen({ model, mode }) {
      asked++;
      const { opened } = store.getState();
      const sample = firstSample(store.getState().samples);
      const source = opened?.source ?? (sample && { kind: 'sample' as const, file: sample.file });
      if (opened && changedByLevel(store.getState()).some((places) => places.length > 0))
        say('info', 'The picture was encoded anew; undo brings the painting back.');
      if (source) await openSource(source, '', model, mode);
    },
    openEmpty() {
      asked++;
      return opening('', async (signal) => {
        const state = store.getState();
        const model = modelOf(state.opened?.modelId ?? state.spec.model);
        const codes = model.grids.map(({ name, factor, codebookSize }, level) => {
          const side = Math.floor(model.resolution / factor);
          const code = Math.min(codebookSize - 1, state.view.codes[level] ?? 0);
          return { name, width: side, height: side, codebookSize, indices: new Int32Array(side * side).fill(code) };
        });
        await engine.load(model.id, { signal, onProgress: tell(signal) });
        place(await decoded({ name: 'Empty grid', modelId: model.id, codes }, signal), 'Empty grid');
      });
    },
    async openSecond(source) {
      second = source;
      await self.bringSecond();
      shared.changed();
    },
    async openSecondFile(blob, name) {
      try {
        const picture = await services.decode(blob);
        await self.openSecond(sources.keep({ picture, name }));
      } catch (error) {
        if (!isAbort(error)) say('bad', `${name || 'This file'} could not be opened. ${messageOf(error)}`);
      }
    },
    async bringSecond() {
      const { opened, second: shown } = store.getState();
      const model = selectModel(store.getState());
      if (!second || !model) return set({ second: null, secondSelection: null });
      const mode = opened?.mode ?? 'fit';
      if (shown && shown.modelId === model.id && shown.mode === mode && shown.source === second) return;
      secondJob?.abort();
      const mine = (secondJob = new AbortController());
      try {
        const made = await encode(second, model, mode, AbortSignal.any([mine.signal, life()]));
        set({ second: made, secondSelection: null, mix: null });
      } catch (error) {
        if (!isAbort(error) && secondJob === mine) {
          second = shown?.source ?? null;
          say('bad', `The second picture could not be opened. ${messageOf(error)}`);
        }
      }
    },
    exchange() {
      const { opened, second: beside } = store.getState();
      if (!opened || !beside) return;
      second = opened.source;
      place(beside, 'Exchange the pictures');
      void self.bringSecond();
    },
    cancel: () => job?.abort(),
    clear() {
      job?.abort();
      secondJob?.abort();
      sources.clear();
    },
  };
  return self;
}
