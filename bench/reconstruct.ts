/** A tokenizer against stock tfjs: encode + decode of one picture at its own size. */
import { compileGraph } from '../src/graph/compile';
import { WeightStore } from '../src/graph/weights';
import type { VqvaeModel } from '../src/models/loader';
import { flopCount } from '../src/models/vqvae/facts';
import { buildAutoencoder } from '../src/models/vqvae/graph';
import { openTfjs, openTfjsOnDevice } from '../src/tfjs/device';
import { TfjsProgram, TfjsWeights } from '../src/tfjs/lower';
import { inWords, maxAbsDiff, refuse, type BenchItem, type BenchRun } from './item';
import { race } from './stats';

/** Largest difference of the unclipped reconstruction that still counts as the same result. */
const TOLERANCE = 2e-3;

/** Encode + decode of one picture at the tokenizer's own size. */
export async function reconstructItem(model: VqvaeModel, { context, rounds, say }: BenchRun): Promise<BenchItem> {
  const { id: modelId, config, preprocess } = model.manifest;
  const { size } = preprocess;
  const item = {
    id: `reconstruct-${modelId}`,
    what: `encode + decode, ${size} px, ${(flopCount(config, size, size) / 1e9).toFixed(2)} GFLOP, f32`,
    atLeast: 3,
  };
  say(`${item.id}: ${item.what}`);
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
  const refused = refuse(
    item,
    wrong.map(([name, difference]) => `${name} differs from tfjs on the CPU by ${difference}`),
  );
  if (refused) return refused;
  await runOurs();
  await runPeer();
  const { ratios, timesMs } = await race(
    { name: 'ours', run: runOurs },
    [{ name: 'tfjs-webgpu', run: runPeer }],
    rounds,
    (round) => say(`round ${round + 1} of ${rounds}`),
  );
  say(`${item.id}: ${inWords(ratios)}`);
  ours.dispose();
  webgpu.dispose();
  return { ...item, maxAbsDiff: differences.ours, ratios, timesMs };
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
