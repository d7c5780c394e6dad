/**
 * Us and stock TensorFlow.js on the same device, the same weights and the same picture, interleaved in one page.
 * The result lands in `globalThis.benchResult`; scripts/bench.mjs prints it.
 *
 * Protocol: warm, correctness first (against tfjs on the CPU; a wrong result is not timed), ABBA rounds, ratio per round,
 * median and bootstrap interval. One readback at the end of each run, for both. tfjs: WEBGPU_CPU_FORWARD off, fused conv + bias.
 */
import { browserGpu, createDevice } from '../src/gpu/device';
import { compileGraph } from '../src/graph/compile';
import { WeightStore } from '../src/graph/weights';
import { isVqvae, loadModel } from '../src/models/loader';
import { flopCount } from '../src/models/vqvae/facts';
import { buildAutoencoder } from '../src/models/vqvae/graph';
import { openTfjs, openTfjsOnDevice } from '../src/tfjs/device';
import { TfjsProgram, TfjsWeights } from '../src/tfjs/lower';
import { race, type RatioSummary } from './stats';

interface BenchItem {
  readonly id: string;
  readonly what: string;
  readonly error?: string;
  readonly maxAbsDiff?: number;
  readonly ratios: Record<string, RatioSummary>;
  readonly timesMs: Record<string, number>;
}

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

/** Largest difference of the unclipped reconstruction that still counts as the same result. */
const TOLERANCE = 2e-3;

const query = new URLSearchParams(location.search);
const say = (text: string) => {
  const out = document.getElementById('out');
  if (out) out.textContent += `\n${text}`;
};

async function main(): Promise<BenchResult> {
  const context = await createDevice(browserGpu());
  const ids = (query.get('model') ?? 'ci-64').split(',');
  const rounds = Number(query.get('rounds') ?? 15);
  const items: BenchItem[] = [];
  for (const id of ids) items.push(await reconstructItem(context, id, rounds));
  return {
    adapter: context.name,
    isSoftware: context.isSoftware,
    userAgent: navigator.userAgent,
    date: new Date().toISOString(),
    items,
  };
}

/** Encode + decode of one picture at the tokenizer's own size. */
async function reconstructItem(
  context: Awaited<ReturnType<typeof createDevice>>,
  modelId: string,
  rounds: number,
): Promise<BenchItem> {
  // Shipped models lie in models/ beside the page, the tiny ones of the tests in fixtures/models/.
  const folder = modelId.startsWith('emoji') || modelId.startsWith('photo') ? '../models/' : '../fixtures/models/';
  const base = new URL(folder, location.href);
  const model = await loadModel(base.href, modelId);
  if (!isVqvae(model)) throw new Error(`${modelId} is a ${model.manifest.family}: a tokenizer is needed`);
  const { config, preprocess } = model.manifest;
  const { size } = preprocess;
  const id = `reconstruct-${modelId}`;
  const what = `encode + decode, ${size} px, ${(flopCount(config, size, size) / 1e9).toFixed(2)} GFLOP, f32`;
  say(`${id}: ${what}`);
  const graph = buildAutoencoder(config, size, size, { pictures: 'floats' });
  const input = testPicture(size);

  const ours = await compileGraph(context, graph, new WeightStore(context, model.weights), { precision: 'f32' });
  const runOurs = async () => {
    ours.write('input', input);
    ours.run();
    return (await ours.read('reconstruction')).reconstruction as Float32Array;
  };
  const wanted = ['reconstruction'];

  const cpu = await openTfjs('cpu');
  const oracle = new TfjsProgram(cpu, graph, new TfjsWeights(model.weights));
  const truth = (await oracle.run({ input }, wanted)).outputs['reconstruction'] as Float32Array;
  cpu.dispose();

  const webgpu = await openTfjsOnDevice(context);
  const peer = new TfjsProgram(webgpu, graph, new TfjsWeights(model.weights));
  await peer.prepare();
  const runPeer = async () => (await peer.run({ input }, wanted)).outputs['reconstruction'] as Float32Array;

  // Both are checked; the two runs also warm them.
  const differences = { ours: maxAbsDiff(await runOurs(), truth), 'tfjs-webgpu': maxAbsDiff(await runPeer(), truth) };
  const wrong = Object.entries(differences).filter(([, difference]) => !(difference <= TOLERANCE));
  if (wrong.length)
    return {
      id,
      what,
      error: wrong.map(([name, difference]) => `${name} differs from tfjs on the CPU by ${difference}`).join('; '),
      ratios: {},
      timesMs: {},
    };
  await runOurs();
  await runPeer();
  const { ratios, timesMs } = await race(
    { name: 'ours', run: runOurs },
    [{ name: 'tfjs-webgpu', run: runPeer }],
    rounds,
    (round) => say(`round ${round + 1} of ${rounds}`),
  );
  ours.dispose();
  // A software adapter's times say nothing about anybody's GPU.
  return { id, what, maxAbsDiff: differences.ours, ratios, timesMs: context.isSoftware ? {} : timesMs };
}

/** Smooth colours with edges, [1, size, size, 3] in [-1, 1]. */
function testPicture(size: number): Float32Array<ArrayBuffer> {
  const picture = new Float32Array(size * size * 3);
  for (let i = 0; i < picture.length; i++) {
    const [x, y, c] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3];
    const inside = Math.hypot(x - size / 2, y - size / 2) < size / 3;
    picture[i] = inside ? Math.sin((x * (c + 1)) / 9) * Math.cos(y / 7) : 1;
  }
  return picture;
}

function maxAbsDiff(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
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
    say(JSON.stringify(result, null, 2));
    globalThis.benchResult = result;
  });
