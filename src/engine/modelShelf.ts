/** The models at hand: what the folder lists, what is loaded, and the networks compiled for the sizes in use. */
import { openCache } from '../models/cache';
import { loadIndex, loadManifest, loadModel, type Model } from '../models/loader';
import type { Manifest } from '../models/manifest';
import { codebookSizes, factor } from '../models/vqvae/config';
import { parameterCount } from '../models/vqvae/facts';
import { createVqvae, type VqvaeBackend, type VqvaeRuntime } from '../models/vqvae/runtime';
import type { Backend } from './backend';
import type { Networks, RunControl } from './runs';
import type { Memory, ModelSummary } from './types';

/** Compiled sizes kept, all models together; the one unused for longest leaves first. */
const KEPT_NETWORKS = 4;

export class ModelShelf {
  private readonly cache = openCache();
  private listing: Promise<readonly Manifest[]> | null = null;
  private readonly loaded = new Map<string, Model>();
  /** Insertion order is order of use. */
  private readonly networks = new Map<string, VqvaeRuntime>();

  /** @param modelsUrl folder with index.json and the model folders */
  constructor(private readonly modelsUrl: string) {}

  /** @throws ModelError where the index or a manifest is missing or wrong */
  async list(): Promise<ModelSummary[]> {
    return (await this.manifests()).map(summarize);
  }

  /** Loads a model where it is not loaded yet. @throws ModelError */
  async open(modelId: string, backend: Backend, control: RunControl): Promise<Networks> {
    const model = await this.load(modelId, control);
    const summary = summarize(model.manifest);
    return { model: summary, at: (width, height) => this.network(model, width, height, backend, control) };
  }

  /** Rows of a loaded model's codebook, [codebookSize, codeDim]. */
  codebook(modelId: string, level: number): Float32Array<ArrayBuffer> {
    const network = [...this.networks].find(([key]) => key.startsWith(`${modelId} `))?.[1];
    if (!network) throw new Error(`${modelId} is not loaded: load it first.`);
    return network.codebook(level);
  }

  isCosine(modelId: string): boolean {
    const quantizer = this.loaded.get(modelId)?.manifest.config.quantizer;
    return quantizer?.kind === 'vq' && quantizer.distance === 'cosine';
  }

  /** GPU memory of everything compiled. Weights are shared by the sizes of one model, so they count once. */
  memory(): Memory {
    const weights = new Map<string, number>();
    let activationsBytes = 0;
    let buffers = 0;
    for (const [key, { memory }] of this.networks) {
      weights.set(key.split(' ')[0] ?? key, memory.weightsBytes);
      activationsBytes += memory.activationsBytes;
      buffers += memory.buffers;
    }
    return { weightsBytes: [...weights.values()].reduce((sum, bytes) => sum + bytes, 0), activationsBytes, buffers };
  }

  /** Frees every compiled network: the backend changes. */
  forgetNetworks(): void {
    for (const network of this.networks.values()) network.dispose();
    this.networks.clear();
  }

  /** Forgets loaded weights too: they come again from the cache. */
  forgetAll(): void {
    this.forgetNetworks();
    this.loaded.clear();
  }

  private manifests(): Promise<readonly Manifest[]> {
    this.listing ??= loadIndex(this.modelsUrl)
      .then((ids) => Promise.all(ids.map((id) => loadManifest(this.modelsUrl, id))))
      .catch((error: unknown) => {
        // The next question asks the server again.
        this.listing = null;
        throw error;
      });
    return this.listing;
  }

  private async load(modelId: string, { signal, report }: RunControl): Promise<Model> {
    const known = this.loaded.get(modelId);
    if (known) return known;
    const ids = (await this.manifests()).map(({ id }) => id);
    if (!ids.includes(modelId))
      throw new Error(`There is no model "${modelId}" here. This page has: ${ids.join(', ')}.`);
    const model = await loadModel(this.modelsUrl, modelId, {
      signal,
      cache: this.cache,
      ...(report ? { onProgress: report } : {}),
    });
    this.loaded.set(modelId, model);
    return model;
  }

  private async network(
    model: Model,
    width: number,
    height: number,
    backend: Backend,
    { signal, report }: RunControl,
  ): Promise<VqvaeRuntime> {
    const key = `${model.manifest.id} ${width} ${height}`;
    const known = this.networks.get(key);
    const network =
      known ??
      (await createVqvae(
        runtimeBackend(backend),
        model,
        { width, height },
        {
          signal,
          onProgress: (fraction, message) => report?.({ stage: 'compile', fraction, message }),
        },
      ));
    this.networks.delete(key);
    this.networks.set(key, network);
    for (const [oldest, runtime] of this.networks) {
      if (this.networks.size <= KEPT_NETWORKS) break;
      runtime.dispose();
      this.networks.delete(oldest);
    }
    return network;
  }
}

/** f32: the same picture gives the same codes on every GPU. */
const runtimeBackend = (backend: Backend): VqvaeBackend =>
  backend.kind === 'webgpu'
    ? { kind: 'webgpu', context: backend.context, precision: 'f32' }
    : { kind: 'tfjs', tfjs: backend.tfjs };

function summarize({ id, title, family, weights, licence, preprocess, config, training }: Manifest): ModelSummary {
  return {
    id,
    title,
    family,
    sizeBytes: weights.sizeBytes,
    licence,
    resolution: preprocess.size,
    factor: factor(config),
    codebookSizes: codebookSizes(config),
    codeDim: config.codeDim,
    quantizer: config.quantizer.kind,
    fit: preprocess.fit,
    parameters: parameterCount(config),
    metrics: training.metrics,
  };
}
