/** The models at hand: what the folder lists, what is loaded, and the networks compiled for the sizes in use. */
import { openCache } from '../models/cache';
import type { GoldenEntry } from '../models/golden';
import { runGolden } from '../models/goldenRun';
import {
  fetchVerified,
  isPrior,
  isVqvae,
  loadIndex,
  loadManifest,
  loadWeights,
  type LoadOptions,
  type Model,
  type PriorModel,
  type VqvaeModel,
} from '../models/loader';
import type { Manifest, VqvaeManifest } from '../models/manifest';
import { rewriteWeights } from '../models/compiled';
import { checkPair } from '../models/prior/pair';
import { createPrior, type PriorRuntime } from '../models/prior/runtime';
import { Vocabulary } from '../models/prior/vocabulary';
import { VariedModel } from '../models/varied';
import { createVqvaeDecoder } from '../models/vqvae/decoder';
import { createVqvae, readCodebook } from '../models/vqvae/runtime';
import type { Backend } from './backend';
import type { VariantOptions } from './codebook/types';
import { createVariant, variantId, type Remaps, type Variant } from './codebook/variants';
import { CompiledNetworks, type Taken } from './compiledNetworks';
import { compiling, onGpu, runtimeBackend, warmsUp } from './compiling';
import { folderFetch, loadLocalModel, localFile, readLocalModel, type LocalModel } from './localModels';
import type { Network, Networks, RunControl } from './runs';
import { createPriorSampler, type PriorSampler, type PriorSamplerShape } from './sampling/priorSampler';
import { storageReport } from './storage';
import { summarize, summarizeLocal, summarizeTokenizer } from './summaries';
import type { LocalFolder, Memory, ModelSummary, StorageReport, TokenizerSummary } from './types';

/** Compiled sizes kept, all models together; the one unused for longest leaves first. */
const KEPT_NETWORKS = 6;

interface Listing {
  readonly manifests: readonly Manifest[];
  /** Models whose manifest did not come, or is wrong: id to reason. */
  readonly broken: ReadonlyMap<string, Error>;
}

export class ModelShelf {
  private readonly cache = openCache();
  private listing: Promise<Listing> | null = null;
  private readonly loaded = new Map<string, Model>();
  /** Of the priors that are loaded: every run and every question about a place asks for it. */
  private readonly vocabularies = new WeakMap<PriorModel, Vocabulary>();
  /** By the id they have on this page; the newest first. */
  private locals: readonly LocalModel[] = [];
  /** By their ids. What they change stays here whatever becomes of the backend. */
  private readonly variants = new Map<string, Variant>();
  private readonly networks = new CompiledNetworks(KEPT_NETWORKS);

  /** @param modelsUrl folder with index.json and the model folders */
  constructor(private readonly modelsUrl: string) {}

  /**
   * Those of the folder whose manifest could be read, then the visitor's own: what comes first is the default of the labs.
   * @throws ModelError where there are none of either, and the index or the manifests could not be read
   */
  async list(): Promise<ModelSummary[]> {
    const own = this.locals.map(summarizeLocal);
    try {
      const { manifests, broken } = await this.list_();
      const [reason] = broken.values();
      if (!manifests.length && reason) throw reason;
      return [...manifests.map(summarize), ...own];
    } catch (error) {
      if (own.length) return own;
      throw error;
    }
  }

  /** What is loaded, and what the cache keeps. */
  async storage(): Promise<StorageReport> {
    const own = this.locals.map(({ manifest: { id } }) => ({ id, sha256: null }));
    const shipped = (await this.shipped()).map(({ id, weights: { sha256 } }) => ({ id, sha256 }));
    return storageReport([...shipped, ...own], await this.cache.entries(), new Set(this.loaded.keys()));
  }

  /** Frees a model's weights and networks. */
  unload(modelId: string): void {
    this.networks.unload(modelId);
    this.loaded.delete(modelId);
  }

  /** Frees what is compiled of the priors; their weights stay in memory. */
  releaseSamplers(): void {
    for (const [id, model] of this.loaded) if (isPrior(model)) this.networks.unload(id);
  }

  /** Forgets one model's kept files; everything without an id. */
  async emptyCache(modelId?: string): Promise<void> {
    if (modelId === undefined) return this.cache.clear();
    const manifest = (await this.shipped()).find(({ id }) => id === modelId);
    if (manifest) await this.cache.delete(manifest.weights.sha256);
  }

  /** Reads, checks and keeps a folder of the visitor's. @throws ModelError that says what is wrong with it */
  async addLocal(folder: LocalFolder): Promise<ModelSummary> {
    const shipped = await this.list_().then(
      ({ manifests, broken }) => [...manifests.map(({ id }) => id), ...broken.keys()],
      // Without the page's own models no name is taken.
      () => [],
    );
    const local = await readLocalModel(folder, shipped);
    const { id } = local.manifest;
    const model = await loadLocalModel(local);
    this.unload(id);
    this.dropVariantsOf(id);
    this.loaded.set(id, model);
    this.locals = [local, ...this.locals.filter(({ manifest }) => manifest.id !== id)];
    return summarizeLocal(local);
  }

  removeLocal(modelId: string): void {
    if (!this.local(modelId)) return;
    this.unload(modelId);
    this.dropVariantsOf(modelId);
    this.locals = this.locals.filter(({ manifest }) => manifest.id !== modelId);
  }

  /** A file beside the manifest; null where there is none. */
  async file(modelId: string, name: string): Promise<Blob | null> {
    const local = this.local(modelId);
    if (local) return localFile(local.folder, name);
    if (this.variants.has(modelId)) return null;
    const response = await fetch(`${this.modelsUrl}${modelId}/${name}`).catch(() => null);
    // Many servers answer an unknown address with their home page.
    if (!response?.ok || response.headers.get('content-type')?.startsWith('text/html')) return null;
    return response.blob();
  }

  /** Replays a model's golden file. @throws ModelError where it has none, or a damaged one */
  async checkGolden(modelId: string, backend: Backend, control: RunControl): Promise<GoldenEntry[]> {
    const model = await this.load(modelId, control);
    const { golden } = model.manifest;
    if (!golden) throw new Error(`${modelId} has no golden file: its manifest names none.`);
    const file = await this.verifiedFile(modelId, golden, control);
    control.report?.({ stage: 'compile', fraction: null, message: 'running on the golden input' });
    return runGolden(runtimeBackend(backend), model, file, control.signal);
  }

  /** What a prior can be asked for. @throws ModelError, or Error for a model that is none */
  async vocabulary(modelId: string, control: RunControl): Promise<Vocabulary> {
    const model = prior(await this.load(modelId, control));
    const known = this.vocabularies.get(model);
    if (known) return known;
    const { manifest } = model;
    const file = await this.verifiedFile(modelId, manifest.vocabulary, control);
    const vocabulary = Vocabulary.parse(JSON.parse(new TextDecoder().decode(file)), manifest);
    this.vocabularies.set(model, vocabulary);
    return vocabulary;
  }

  /** Downloads and checks a model of any family, and compiles it for what it was trained on. @throws ModelError */
  async prepare(modelId: string, backend: Backend, control: RunControl): Promise<ModelSummary> {
    const model = await this.load(modelId, control);
    if (isVqvae(model)) {
      const { size } = model.manifest.preprocess;
      await this.network(model, size, size, backend, control);
    }
    if (isPrior(model)) await this.prior(model, 1, backend, control);
    return summarize(model.manifest);
  }

  /** Loads a tokenizer where it is not loaded yet. @throws ModelError, or Error for a model that is none */
  async open(modelId: string, backend: Backend, control: RunControl): Promise<Networks> {
    const model = tokenizer(await this.load(modelId, control));
    const summary = summarizeTokenizer(model.manifest);
    return {
      model: summary,
      remap: this.remap(modelId),
      isSlow: !warmsUp(backend),
      at: (width, height) => this.network(model, width, height, backend, control),
      decoder: async (width, height, batch) => {
        const size = { width, height, batch };
        const options = { ...compiling(control), warmUp: warmsUp(backend) };
        const make = () => createVqvaeDecoder(runtimeBackend(backend), model, size, options);
        return (await this.networks.take(backend, modelId, `decode ${batch} of ${width} x ${height}`, make)).runtime;
      },
    };
  }

  /**
   * Makes a variant of a tokenizer, or changes the one of that name: then its networks stay, and only its weights are written anew.
   * @throws ModelError where what is given does not fit the model, and the variant stays as it was; Error for a variant of a variant
   */
  async setVariant(options: VariantOptions, backend: Backend, control: RunControl): Promise<TokenizerSummary> {
    if (this.variants.has(options.modelId))
      throw new Error(`${options.modelId} is a variant itself: vary its model, ${options.modelId.split('@')[0]}.`);
    const base = tokenizer(await this.load(options.modelId, control));
    const variant = createVariant(options, base);
    const id = variantId(options);
    this.variants.set(id, variant);
    const known = this.loaded.get(id);
    if (known instanceof VariedModel) rewriteWeights(runtimeBackend(backend), known, known.replace(variant.values));
    else this.loaded.set(id, new VariedModel(base, id, variant.values));
    return summarizeTokenizer(this.get(id).manifest);
  }

  /** Frees a variant and all that was made for it; nothing happens where there is none. */
  dropVariant(id: string): void {
    if (this.variants.delete(id)) this.unload(id);
  }

  /** New names for the codes that a variant finds; of a model as it is: none. */
  remap(modelId: string): Remaps | null {
    return this.variants.get(modelId)?.remap ?? null;
  }

  /** Loads a prior where it is not loaded yet, and compiles it for `batch` samples. @throws ModelError, or Error for a model that is none */
  async openPrior(modelId: string, batch: number, backend: Backend, control: RunControl): Promise<Taken<PriorRuntime>> {
    return this.prior(prior(await this.load(modelId, control)), batch, backend, control);
  }

  /** A prior with everything that a run on the GPU needs, for `batch` samples: a network of its own over the model's shared weights. Its tokenizer is loaded. */
  openSampler(
    model: PriorModel,
    shape: PriorSamplerShape,
    backend: Extract<Backend, { kind: 'webgpu' }>,
    control: RunControl,
  ): Promise<Taken<PriorSampler>> {
    const { id, pairsWith } = model.manifest;
    return this.networks.take(backend, id, `sampler ${shape.batch}${shape.guided ? ' guided' : ''}`, () => {
      const options = { ...compiling(control), warmUp: warmsUp(backend) };
      return createPriorSampler(onGpu(backend.context), model, shape, () => this.codebook(pairsWith.id, 0), options);
    });
  }

  /**
   * A prior with the tokenizer that it speaks of, both loaded.
   * @throws ModelError where the two do not fit, or one of them cannot be had
   */
  async openPair(modelId: string, control: RunControl): Promise<{ prior: PriorModel; tokenizerId: string }> {
    const model = prior(await this.load(modelId, control));
    const { id } = model.manifest.pairsWith;
    const pair = tokenizer(await this.load(id, control));
    checkPair(model.manifest, pair.manifest);
    return { prior: model, tokenizerId: id };
  }

  /** Rows of a loaded model's codebook, [codebookSize, codeDim]; for FSQ its lattice. */
  codebook(modelId: string, level: number): Float32Array<ArrayBuffer> {
    return readCodebook(this.get(modelId), level);
  }

  /** A loaded tokenizer, weights and all. */
  tokenizer(modelId: string): VqvaeModel {
    return this.get(modelId);
  }

  /** A loaded model's quantizer. */
  quantizer(modelId: string): VqvaeManifest['config']['quantizer'] {
    return this.get(modelId).manifest.config.quantizer;
  }

  /** Memory of everything compiled. */
  memory(): Memory {
    return this.networks.memory();
  }

  /** Frees every compiled network: another backend takes over. Weights stay in memory. */
  forgetNetworks(next: Backend): void {
    this.networks.forget(next);
  }

  private get(modelId: string): VqvaeModel {
    const model = this.loaded.get(modelId);
    if (!model) throw new Error(`${modelId} is not loaded: load it first.`);
    return tokenizer(model);
  }

  /** A file that the manifest names, checked against its hash. */
  private verifiedFile(
    modelId: string,
    { file, sha256 }: { readonly file: string; readonly sha256: string },
    { signal, report }: RunControl,
  ): Promise<ArrayBuffer> {
    const local = this.local(modelId);
    const options: LoadOptions = local ? { fetch: folderFetch(local.folder) } : {};
    const place = local ? `${local.folder.name}/` : `${this.modelsUrl}${modelId}/`;
    return fetchVerified(`${place}${file}`, { sha256 }, { ...options, signal, ...(report && { onProgress: report }) });
  }

  private local(modelId: string): LocalModel | undefined {
    return this.locals.find(({ manifest }) => manifest.id === modelId);
  }

  /** Manifests of the page's own models; none where the list cannot be read. */
  private shipped(): Promise<readonly Manifest[]> {
    return this.list_().then(
      ({ manifests }) => manifests,
      () => [],
    );
  }

  private list_(): Promise<Listing> {
    this.listing ??= this.fetchListing().catch((error: unknown) => {
      // The next question asks the server again.
      this.listing = null;
      throw error;
    });
    return this.listing;
  }

  private async fetchListing(): Promise<Listing> {
    const ids = await loadIndex(this.modelsUrl);
    const results = await Promise.allSettled(ids.map((id) => loadManifest(this.modelsUrl, id)));
    const manifests: Manifest[] = [];
    const broken = new Map<string, Error>();
    results.forEach((result, i) => {
      if (result.status === 'fulfilled') manifests.push(result.value);
      else broken.set(ids[i]!, result.reason as Error);
    });
    // One that could not be read now may come later.
    if (broken.size) this.listing = null;
    return { manifests, broken };
  }

  private async load(modelId: string, { signal, report }: RunControl): Promise<Model> {
    const known = this.loaded.get(modelId);
    if (known) return known;
    const variant = this.variants.get(modelId);
    if (variant) {
      const base = tokenizer(await this.load(variant.modelId, { signal, report }));
      const model = new VariedModel(base, modelId, variant.values);
      this.loaded.set(modelId, model);
      return model;
    }
    const local = this.local(modelId);
    if (local) {
      const model = await loadLocalModel(local, { signal, ...(report ? { onProgress: report } : {}) });
      this.loaded.set(modelId, model);
      return model;
    }
    const { manifests, broken } = await this.list_();
    const reason = broken.get(modelId);
    if (reason) throw reason;
    const ids = manifests.map(({ id }) => id);
    const manifest = manifests.find(({ id }) => id === modelId);
    if (!manifest) throw new Error(`There is no model "${modelId}" here. This page has: ${ids.join(', ')}.`);
    const model = await loadWeights(this.modelsUrl, manifest, {
      signal,
      cache: this.cache,
      ...(report ? { onProgress: report } : {}),
    });
    this.loaded.set(modelId, model);
    return model;
  }

  private dropVariantsOf(modelId: string): void {
    for (const [id, variant] of this.variants) if (variant.modelId === modelId) this.dropVariant(id);
  }

  private prior(model: PriorModel, batch: number, backend: Backend, control: RunControl): Promise<Taken<PriorRuntime>> {
    const options = { ...compiling(control), batch, warmUp: warmsUp(backend) };
    return this.networks.take(backend, model.manifest.id, `batch ${batch}`, () =>
      createPrior(runtimeBackend(backend), model, options),
    );
  }

  private async network(
    model: VqvaeModel,
    width: number,
    height: number,
    backend: Backend,
    control: RunControl,
  ): Promise<Network> {
    const warmUp = warmsUp(backend);
    const { runtime, compileMs, known } = await this.networks.take(
      backend,
      model.manifest.id,
      `${width} x ${height}`,
      () => createVqvae(runtimeBackend(backend), model, { width, height }, { ...compiling(control), warmUp }),
    );
    return { runtime, compileMs, warm: known || warmUp };
  }
}

function tokenizer(model: Model): VqvaeModel {
  if (isVqvae(model)) return model;
  const { id, family } = model.manifest;
  throw new Error(`${id} is a ${family}: pictures need a tokenizer, such as the one it pairs with.`);
}

function prior(model: Model): PriorModel {
  if (isPrior(model)) return model;
  throw new Error(`${model.manifest.id} is a tokenizer: new codes need a prior.`);
}
