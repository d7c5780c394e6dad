/**
 * Us and stock TensorFlow.js on the same device, the same weights and the same inputs, interleaved in one page.
 * The result lands in `globalThis.benchResult`; scripts/bench.mjs prints it.
 *
 * Protocol: warm, correctness first (against tfjs on the CPU; a wrong result is not timed), ABBA rounds, ratio per round,
 * median and bootstrap interval. Results are read back at the end of each run, by both. tfjs: WEBGPU_CPU_FORWARD off, fused
 * conv + bias and matmul + bias.
 */
import { browserGpu, createDevice } from '../src/gpu/device';
import { isPrior, isVqvae, loadModel } from '../src/models/loader';
import { CI_PRIOR, CI_PRIOR_LIKE, ciPrior } from './ciPrior';
import { folderOf, type BenchItem, type BenchRun } from './item';
import { priorItems } from './prior';
import { reconstructItem } from './reconstruct';

export interface BenchResult {
  readonly adapter: string;
  readonly isSoftware: boolean;
  readonly userAgent: string;
  readonly date: string;
  readonly items: BenchItem[];
  readonly error?: string;
}

declare global {
  var benchResult: BenchResult | undefined;
}

const query = new URLSearchParams(location.search);
const show = (text: string) => {
  const out = document.getElementById('out');
  if (out) out.textContent += `\n${text}`;
};
/** For the terminal too: scripts/bench.mjs passes on what begins like this. */
const say = (text: string) => {
  show(text);
  console.log(`bench: ${text}`);
};

async function main(): Promise<BenchResult> {
  const context = await createDevice(browserGpu());
  const ids = (query.get('model') ?? `ci-64,${CI_PRIOR}`).split(',');
  const rounds = Number(query.get('rounds') ?? 15);
  const items: BenchItem[] = [];
  for (const id of ids) items.push(...(await itemsOf(id, { context, rounds, say })));
  return {
    adapter: context.name,
    isSoftware: context.isSoftware,
    userAgent: navigator.userAgent,
    date: new Date().toISOString(),
    // A software adapter's times say nothing about anybody's GPU.
    items: context.isSoftware ? items.map((item) => ({ ...item, timesMs: {} })) : items,
  };
}

async function itemsOf(modelId: string, run: BenchRun): Promise<BenchItem[]> {
  const ofGate = modelId === CI_PRIOR;
  const model = await loadModel(folderOf(modelId), ofGate ? CI_PRIOR_LIKE : modelId);
  if (isVqvae(model)) return [await reconstructItem(model, run)];
  if (!isPrior(model)) throw new Error(`${modelId} is a ${model.manifest.family}: there is nothing to measure`);
  if (!ofGate) return priorItems({ prior: model, tokenizer: null }, run);
  const prior = ciPrior(model.manifest);
  const tokenizer = await loadModel(folderOf(modelId), prior.manifest.pairsWith.id);
  if (!isVqvae(tokenizer)) throw new Error(`${tokenizer.manifest.id} is no tokenizer`);
  return priorItems({ prior, tokenizer }, run);
}

void main()
  .catch((error: unknown) => ({
    adapter: 'none',
    isSoftware: false,
    userAgent: navigator.userAgent,
    date: new Date().toISOString(),
    items: [],
    error: String(error),
  }))
  .then((result) => {
    show(JSON.stringify(result, null, 2));
    globalThis.benchResult = result;
  });
