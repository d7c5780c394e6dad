/** `tessera.codebook` and `tessera.resizeCodebook`: a tokenizer's code vectors with their use, and the same model with fewer codes. */
import { createResizeClient, type ResizeClient } from '../codebook/resize/client';
import type { ResizeMethod } from '../codebook/resize/types';
import type { UsageSet } from '../codebook/types';
import { readUsage } from '../codebook/usageFile';
import type { EngineClient, TokenizerSummary } from '../engine/types';
import { countedBooks, hasCodebook } from '../labs/codebooks';

export interface CodebookAnswer {
  readonly modelId: string;
  /** Numbers of a code vector. */
  readonly codeDim: number;
  readonly quantizer: TokenizerSummary['quantizer'];
  /** One for each code grid; for FSQ the points of its lattice. */
  readonly levels: readonly {
    readonly name: string;
    readonly size: number;
    /** [size, codeDim] */
    readonly rows: Float32Array;
    /** Of a codebook made smaller: the code that stands for each, [size]; null where every code stands for itself. */
    readonly remap: Int32Array | null;
  }[];
  /** How often each code occurs, by set of pictures: [level][size]. Empty where the model's folder does not say. */
  readonly usage: readonly UsageSet[];
}

export interface ResizeRequest {
  /** Codes that are left in each codebook; one that has fewer stays whole. */
  readonly size: number;
  /** 'drop': the least used go. 'merge': near ones become one, weighed by their use. Default: 'merge'. */
  readonly method?: ResizeMethod;
}

export interface ResizedAnswer {
  /** The variant: serves wherever a model's id does, until the page is reloaded. */
  readonly modelId: string;
  readonly method: ResizeMethod;
  readonly size: number;
  /** Codes left in each grid. */
  readonly codebookSizes: readonly number[];
  /** By grid, [codebookSize]: the code that stands for each code of the whole codebook, in its numbering. */
  readonly remap: readonly Int32Array[];
  /** By grid, [codebookSize, codeDim]: what each code of the whole codebook means now. */
  readonly rows: readonly Float32Array[];
  /** Pictures by whose codes the use was counted; null where the model's folder does not say: then every code counts alike. */
  readonly countedOn: number | null;
}

export interface CodebookParts {
  readonly engine: EngineClient;
  readonly resizer: () => ResizeClient;
  /** Of the variants that were made here, by their ids. */
  readonly remaps: Map<string, readonly Int32Array[]>;
}

/** One worker for all calls, started by the first. */
export function createCodebookParts(engine: EngineClient): CodebookParts {
  let client: ResizeClient | null = null;
  return { engine, resizer: () => (client ??= createResizeClient()), remaps: new Map() };
}

/** @throws Error that names the model and what is here */
export async function codebook({ engine, remaps }: CodebookParts, modelId: string): Promise<CodebookAnswer> {
  const model = await tokenizerNamed(engine, baseOf(modelId));
  const rows = await Promise.all(model.codebookSizes.map((_, level) => engine.codebook(modelId, level)));
  const usage = await usageOf(engine, model);
  return {
    ...{ modelId, codeDim: model.codeDim, quantizer: model.quantizer, usage },
    levels: model.grids.map(({ name, codebookSize }, level) => ({
      ...{ name, size: codebookSize, rows: rows[level]! },
      remap: remaps.get(modelId)?.[level] ?? null,
    })),
  };
}

/** @throws Error that says what was needed and what was found */
export async function resizeCodebook(
  { engine, resizer, remaps }: CodebookParts,
  modelId: string,
  { size, method = 'merge' }: ResizeRequest,
): Promise<ResizedAnswer> {
  const model = await tokenizerNamed(engine, modelId);
  if (!hasCodebook(model))
    throw new Error(
      `${modelId} quantizes by FSQ: its codes are points of a fixed lattice, none of which can be taken out.`,
    );
  if (method !== 'drop' && method !== 'merge')
    throw new Error(
      `The method is 'drop' or 'merge', found '${String(method)}'. A model that was trained with fewer codes has an id of its own: see tessera.models().`,
    );
  const most = Math.max(...model.codebookSizes);
  if (!(Number.isInteger(size) && size >= 1 && size <= most))
    throw new Error(
      `${modelId} has ${most} codes: the size is a whole number from 1 to ${most}, found ${String(size)}.`,
    );
  const set = trainingSet(await usageOf(engine, model));
  const books = await countedBooks(engine, model, set?.counts ?? null);
  const smaller = await resizer().resize(`${modelId} ${set?.name ?? 'uncounted'}`, books, size, method);
  const rows = smaller.map((level) => level.rows);
  const remap = smaller.map((level) => level.remap);
  const variant = await engine.setVariant({ modelId, name: `${method}-${size}`, rows, remap });
  remaps.set(variant.id, remap);
  return {
    ...{ modelId: variant.id, method, size, remap, rows },
    codebookSizes: smaller.map((level) => level.size),
    countedOn: set?.pictures ?? null,
  };
}

const baseOf = (modelId: string): string => modelId.split('@')[0] ?? modelId;

const trainingSet = (usage: readonly UsageSet[]): UsageSet | undefined =>
  usage.find(({ name }) => name === 'train') ?? usage[0];

const usageOf = async (engine: EngineClient, model: TokenizerSummary): Promise<readonly UsageSet[]> =>
  (await readUsage(await engine.modelFile(model.id, 'usage.json'), model.codebookSizes))?.sets ?? [];

async function tokenizerNamed(engine: EngineClient, modelId: string): Promise<TokenizerSummary> {
  const models = await engine.models();
  const found = models.find(({ id }) => id === modelId);
  if (found?.family === 'vqvae') return found;
  const here = models.filter(({ family }) => family === 'vqvae').map(({ id }) => id);
  throw new Error(
    found
      ? `${modelId} is a prior: a codebook belongs to its tokenizer, ${found.family === 'prior' ? found.pairsWith.id : ''}.`
      : `There is no tokenizer "${modelId}". Here are: ${here.join(', ') || 'none'}.`,
  );
}
