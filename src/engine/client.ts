/**
 * The page's side of the engine: starts the worker and turns its methods into an `EngineClient`. AbortSignals and
 * progress callbacks do not cross `postMessage`, so every call gets a number, progress comes back through a proxy, and
 * an abort is a message that names the number.
 */
import * as Comlink from 'comlink';
import type { EngineApi, WorkerOptions } from './api';
import type { BackendChoice, CallOptions, EngineClient, EngineEvent, ModelSummary, Progress } from './types';

export interface EngineOptions {
  /** Folder with `index.json` and the model folders. Default: `models/` beside the page. */
  readonly modelsUrl?: string;
  readonly backend?: BackendChoice;
}

/** Starts the engine worker. It lives as long as the page. */
export function createEngine(options: EngineOptions = {}): EngineClient {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'tessera-engine' });
  const api = Comlink.wrap<EngineApi>(worker);
  const listeners = new Set<(event: EngineEvent) => void>();
  const workerFailed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(
        new Error(
          `The engine worker could not start: ${event.message || 'unknown error'}. Reload the page; an old browser may lack module workers.`,
        ),
      );
    });
  });
  workerFailed.catch(() => undefined);
  const live = <T>(work: Promise<T>): Promise<T> => Promise.race([work, workerFailed]);

  const workerOptions: WorkerOptions = {
    modelsUrl: new URL(options.modelsUrl ?? 'models/', document.baseURI).href,
    backend: options.backend ?? 'auto',
    tilesUrl: new URL('tiles/', document.baseURI).href,
    useGpu: 'gpu' in navigator && !!navigator.gpu,
  };
  const tell = Comlink.proxy((event: EngineEvent) => listeners.forEach((listener) => listener(event)));
  const ready = live(api.start(workerOptions, tell));
  ready.catch(() => undefined);

  let nextCall = 1;
  /** Runs one cancellable call of the worker. */
  const run = async <T>(
    start: (call: number, report?: (progress: Progress) => void) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> => {
    await ready;
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    const call = nextCall++;
    const abort = () => void api.cancel(call);
    signal?.addEventListener('abort', abort);
    try {
      return await live(start(call, onProgress && Comlink.proxy(onProgress)));
    } catch (error) {
      // Comlink copies errors by value: name and message arrive, the class does not.
      throw (error as Error).name === 'AbortError' ? new DOMException((error as Error).message, 'AbortError') : error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };

  return {
    ready,
    capabilities: () => run(() => api.capabilities()),
    setBackend: (choice) => run(() => api.setBackend(choice)),
    // What lies in folders needs no device: a page can show it while one is opened. `start` was sent before.
    models: () => live(api.models()),
    load: (modelId, call) => run<ModelSummary>((id, report) => api.load(id, modelId, report), call),
    reconstruct: (modelId, picture, options, call) =>
      run((id, report) => api.reconstruct(id, modelId, picture, options, report), call),
    encode: (modelId, picture, options, call) =>
      run((id, report) => api.encode(id, modelId, picture, options, report), call),
    decode: (modelId, codes, call) => run((id, report) => api.decode(id, modelId, codes, report), call),
    decodePatches: (modelId, level, indices, call) =>
      run((id, report) => api.decodePatches(id, modelId, level, indices, call?.context, report), call),
    inspect: (modelId, place, count, call) => run((id) => api.inspect(id, modelId, place, count), call),
    codebook: (modelId, level) => run((id) => api.codebook(id, modelId, level)),
    setVariant: (options, call) => run((id, report) => api.setVariant(id, options, report), call),
    dropVariant: (variantId) => run((id) => api.dropVariant(id, variantId)),
    storage: () => run(() => api.storage()),
    unload: (modelId) => run((id) => api.unload(id, modelId)),
    releaseSamplers: () => run((id) => api.releaseSamplers(id)),
    emptyCache: (modelId) => run(() => api.emptyCache(modelId)),
    addLocalModel: (folder) => run<ModelSummary>(() => api.addLocalModel(folder)),
    removeLocalModel: (modelId) => run((id) => api.removeLocalModel(id, modelId)),
    modelFile: (modelId, name) => live(api.modelFile(modelId, name)),
    checkGolden: (modelId, call) => run((id, report) => api.checkGolden(id, modelId, report), call),
    vocabulary: (modelId, call) => run((id, report) => api.vocabulary(id, modelId, report), call),
    sample: (options, onFrame, call) =>
      run((id, report) => api.sample(id, options, onFrame && Comlink.proxy(onFrame), report), call),
    inpaint: (options, onFrame, call) =>
      run((id, report) => api.inpaint(id, options, onFrame && Comlink.proxy(onFrame), report), call),
    fitLatents: (options, onReport, call) =>
      run((id, report) => api.fitLatents(id, options, onReport && Comlink.proxy(onReport), report), call),
    sampleExact: (options, onFrame, call) =>
      run((id, report) => api.sampleExact(id, options, onFrame && Comlink.proxy(onFrame), report), call),
    trainTiles: (options, onReport, call) =>
      run((id, report) => api.trainTiles(id, options, onReport && Comlink.proxy(onReport), report), call),
    learntTiles: () => run(() => api.learntTiles()),
    sampleLearnt: (options, onFrame, call) =>
      run((id, report) => api.sampleLearnt(id, options, onFrame && Comlink.proxy(onFrame), report), call),
    trainTheatre: (options, onFrame, call) =>
      run((id, report) => api.trainTheatre(id, options, onFrame && Comlink.proxy(onFrame), report), call),
    growCodebook: (options, onReport, call) =>
      run((id, report) => api.growCodebook(id, options, onReport && Comlink.proxy(onReport), report), call),
    growth: () => run((id) => api.growth(id)),
    grownWeights: () => run((id) => api.grownWeights(id)),
    grownFiles: () => run((id) => api.grownFiles(id)),
    resetGrowth: () => run((id) => api.resetGrowth(id)),
    explainPlace: (question, call) => run((id, report) => api.explainPlace(id, question, report), call),
    simulateDeviceLoss: () => run(() => api.simulateDeviceLoss()),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
