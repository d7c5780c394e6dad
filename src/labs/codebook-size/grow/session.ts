/** Growing: pictures come in, the engine's codebook follows them, what came of it is kept or thrown away. One thing at a time. */
import type { EngineClient, GrowOptions, GrowReport, Growth, Picture } from '../../../engine/types';
import { isAbort, messageOf, unlessAborted } from '../../abort';
import type { Sample } from '../../samples';
import { splitPictures, type GrowSettings, type GrowStore } from './store';

export interface GrowServices {
  readonly engine: Pick<
    EngineClient,
    'growCodebook' | 'growth' | 'grownWeights' | 'grownFiles' | 'resetGrowth' | 'setVariant' | 'dropVariant'
  >;
  /** A file as a picture, small enough to keep many. Rejects with a message for the visitor. */
  readonly decode: (blob: Blob, signal: AbortSignal) => Promise<Picture>;
  readonly loadSamples: (signal: AbortSignal) => Promise<readonly Sample[]>;
  readonly fetchSample: (sample: Sample, signal: AbortSignal) => Promise<Blob>;
  readonly download: (blob: Blob, name: string) => void;
  /** A variant was kept: the lab shows it. */
  readonly onVariant: (id: string) => void;
}

export interface GrowSession {
  addFiles(files: readonly File[]): Promise<void>;
  addSamples(): Promise<void>;
  clearPictures(): void;
  change(patch: Partial<GrowSettings>): void;
  /** From the codes of that model or variant. */
  grow(modelId: string): Promise<void>;
  goOn(): Promise<void>;
  stop(): void;
  /** What has grown is thrown away; pictures and what was kept stay. */
  reset(): Promise<void>;
  /** As a variant of its own. */
  keep(): Promise<void>;
  show(id: string): void;
  drop(id: string): Promise<void>;
  exportFiles(): Promise<void>;
  /** Stops what runs and lets go of what the engine holds. */
  dispose(): void;
}

/** Of a codebook that grew: how much less is wrong in pictures that it never saw, in words. */
export function changeWords({ before, curve }: Growth): string {
  const after = curve.findLast(({ score }) => score !== null)?.score ?? before;
  const change = (100 * (after.pictureError - before.pictureError)) / before.pictureError;
  if (Math.abs(change) < 0.05) return 'as before';
  return `${Math.abs(change).toFixed(1)} % ${change < 0 ? 'less' : 'more'}`;
}

export function createGrowSession(store: GrowStore, services: GrowServices): GrowSession {
  const { engine } = services;
  const set = store.setState;
  let running: AbortController | null = null;
  let kept = 0;

  async function job(phase: 'reading' | 'growing', work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (running) return;
    const mine = (running = new AbortController());
    set({ phase, failure: null, progress: { fraction: null, message: phase === 'reading' ? 'Reading' : 'Starting' } });
    try {
      await work(mine.signal);
    } catch (error) {
      if (!isAbort(error)) set({ failure: messageOf(error) });
    } finally {
      if (running === mine) {
        running = null;
        set({ phase: 'idle', progress: null });
      }
    }
  }

  /** Pictures one after the other; what cannot be read is said, and the others stay. */
  const read = (list: readonly { readonly name: string; readonly blob: (signal: AbortSignal) => Promise<Blob> }[]) =>
    job('reading', async (signal) => {
      set({ problems: [] });
      for (const [i, { name, blob }] of list.entries()) {
        set({ progress: { fraction: i / list.length, message: `Reading ${name}` } });
        try {
          const picture = await services.decode(await blob(signal), signal);
          set(({ pictures }) => ({ pictures: [...pictures, { name, picture }] }));
        } catch (error) {
          if (signal.aborted) throw error;
          set(({ problems }) => ({ problems: [...problems, `${name}: ${messageOf(error)}`] }));
        }
      }
    });

  /** Reports come by another way than the result. */
  function hear({ point, growth }: GrowReport): void {
    set(({ curve, growth: old }) => ({ curve: [...curve, point], growth: growth ?? old }));
  }

  const run = (options: (settings: GrowSettings) => GrowOptions) =>
    job('growing', async (signal) => {
      const done = engine.growCodebook(
        options(store.getState().settings),
        (report) => !signal.aborted && hear(report),
        {
          signal,
          onProgress: ({ fraction, message, stage }) =>
            !signal.aborted &&
            set({ progress: { fraction, message: stage === 'encode' ? `Encoding ${message}` : message } }),
        },
      );
      // Stopped, it holds a step or two more than the last report says.
      void done
        .catch(() => undefined)
        .then(async () => {
          if (!signal.aborted) return;
          const growth = await engine.growth().catch(() => null);
          if (growth && !running) set({ growth, curve: growth.curve });
        });
      const growth = await unlessAborted(signal, done);
      set({ growth, curve: growth.curve });
    });

  const seen = (): { pictures: Picture[]; heldOut: Picture[] } => {
    const { learn, hold } = splitPictures(store.getState().pictures);
    return { pictures: learn.map(({ picture }) => picture), heldOut: hold.map(({ picture }) => picture) };
  };

  const forget = () => set({ growth: null, curve: [], failure: null });

  return {
    addFiles: (files) => read(files.map((file) => ({ name: file.name, blob: () => Promise.resolve(file) }))),
    async addSamples() {
      let samples: readonly Sample[] = [];
      await job('reading', async (signal) => {
        samples = await services.loadSamples(signal);
      });
      await read(
        samples.map((sample) => ({ name: sample.title, blob: (signal) => services.fetchSample(sample, signal) })),
      );
    },
    clearPictures: () => set({ pictures: [], problems: [] }),
    change: (patch) => set(({ settings }) => ({ settings: { ...settings, ...patch } })),
    async grow(modelId) {
      if (running) return;
      forget();
      await run((settings) => ({ modelId, from: 'start', ...seen(), ...settings }));
    },
    async goOn() {
      const { growth } = store.getState();
      if (!growth || running) return;
      await run((settings) => ({ modelId: growth.modelId, from: 'kept', pictures: [], heldOut: [], ...settings }));
    },
    stop: () => running?.abort(),
    async reset() {
      running?.abort();
      forget();
      await engine.resetGrowth().catch((error: unknown) => set({ failure: messageOf(error) }));
    },
    async keep() {
      const { growth } = store.getState();
      if (!growth || running) return;
      try {
        const { modelId, rows, remap, tensors } = await engine.grownWeights();
        const name = `grown-${++kept}`;
        const { id } = await engine.setVariant({ modelId, name, rows: [rows], remap: [remap], tensors });
        const words = `${name}: ${growth.size} codes, ${growth.steps} steps, picture error ${changeWords(growth)}`;
        set(({ kept: list }) => ({ kept: [...list, { id, words }] }));
        services.onVariant(id);
      } catch (error) {
        set({ failure: messageOf(error) });
      }
    },
    show: (id) => services.onVariant(id),
    async drop(id) {
      await engine.dropVariant(id).catch((error: unknown) => set({ failure: messageOf(error) }));
      set(({ kept: list }) => ({ kept: list.filter((one) => one.id !== id) }));
    },
    async exportFiles() {
      try {
        for (const { name, blob } of await engine.grownFiles()) services.download(blob, name);
      } catch (error) {
        set({ failure: messageOf(error) });
      }
    },
    dispose() {
      running?.abort();
      void engine.resetGrowth().catch(() => undefined);
    },
  };
}
