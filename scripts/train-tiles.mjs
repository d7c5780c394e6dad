/**
 * node scripts/train-tiles.mjs [--steps 12000] [--minutes 20] [--seed 7] [--process mask-replace|absorbing|uniform] [--dry]
 * Learns the small denoiser of "64 tiles" from scratch, by the very code that the tab runs (tfjs on WASM, in Node), and writes its weights (f16),
 * the command and what was measured to public/tiles/. --minutes ends it earlier; --dry writes nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'vite';

const FOLDER = 'public/tiles';
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const kind = option('process', 'mask-replace');
const wanted = Number(option('steps', '12000'));
const seed = Number(option('seed', '7'));
/** Of each measurement. */
const SAMPLES = 256;
const processes = {
  absorbing: { kind: 'absorbing', numTimesteps: 100 },
  uniform: { kind: 'uniform', numTimesteps: 100, cosineOffset: 0.008 },
  'mask-replace': { kind: 'mask-replace', numTimesteps: 100, gammaBarT: 0.9, betaBarT: 0.1 },
};
const noise = processes[kind];
if (!noise) throw new Error(`--process is one of ${Object.keys(processes).join(', ')}; found ${kind}`);

// tfjs-core, bundled as ES modules here, looks for it when it finds itself in Node.
globalThis.require = createRequire(import.meta.url);
const server = await createServer({
  logLevel: 'error',
  server: { middlewareMode: true, watch: null },
  // Its gradients are ES modules without file endings, which Node alone does not find.
  ssr: { noExternal: ['@tensorflow/tfjs-core'] },
});
const load = (path) => server.ssrLoadModule(path);
const { openBackend } = await load('/src/engine/backend.ts');
const { TileSchool } = await load('/src/engine/tiles/school.ts');
const { createTileWorld } = await load('/src/engine/tiles/data.ts');
const { scoreSamples } = await load('/src/engine/tiles/score.ts');
const { SampleProgress } = await load('/src/engine/sampling/sample.ts');
const { PLAIN } = await load('/src/diffusion/distribution.ts');
const { toHalfs } = await load('/src/gpu/halfs.ts');

const backend = await openBackend('wasm', null);
const school = new TileSchool(null);
const { signal } = new AbortController();
const sampler = { kind: 'posterior', numSteps: 10 };
const say = ({ point: { step, loss, trainedMs, examplesPerSecond, score } }) =>
  score &&
  console.log(
    `step ${step}, ${(trainedMs / 1000).toFixed(0)} s, ${loss?.toFixed(4) ?? '-'} bits, ${examplesPerSecond?.toFixed(0) ?? '-'} examples/s, valid ${score.valid} of ${score.samples} (${score.neverShown} never shown), ${score.meanDistance.toFixed(2)} places off`,
  );
const asked = { process: noise, from: 'scratch', seed, steps: wanted, sampler };
const time = option('minutes', null);
const until = time === null ? signal : AbortSignal.timeout(Number(time) * 60_000);
await school.train(backend, asked, { signal: until }, say).catch((error) => {
  // What was learnt by then is kept.
  if (!until.aborted) throw error;
});
const [learnt] = school.list();
const { steps } = learnt;

const world = createTileWorld();
const metrics = { lossBits: learnt.curve.findLast(({ loss }) => loss !== null).loss, leastLossBits: learnt.leastLoss };
for (const numSteps of [100, 25, 10, 5]) {
  const options = { process: noise, sampler: { kind: 'posterior', numSteps }, schedule: { kind: 'model' } };
  const run = { ...options, distribution: PLAIN, batch: SAMPLES, seed };
  const { codes } = await school.sample(backend, run, (program) => new SampleProgress(program), { signal });
  const { valid, neverShown, meanDistance } = scoreSamples(world, codes);
  metrics[`validAt${numSteps}`] = valid / SAMPLES;
  metrics[`neverShownAt${numSteps}`] = neverShown / SAMPLES;
  metrics[`meanDistanceAt${numSteps}`] = meanDistance;
}
console.log(metrics);

if (!process.argv.includes('--dry')) {
  const weights = school.weightsOf(noise);
  const file = f16Safetensors(weights);
  const name = `${kind}.safetensors`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/${name}`, file);
  const entry = {
    process: noise,
    file: name,
    sha256: createHash('sha256').update(file).digest('hex'),
    sizeBytes: file.length,
    command: `node scripts/train-tiles.mjs --steps ${steps} --seed ${seed} --process ${kind}`,
    ...{ seed, steps, trainedMs: Math.round(learnt.curve.at(-1).trainedMs), metrics },
  };
  const path = `${FOLDER}/index.json`;
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).weights : [];
  const others = before.filter((one) => one.process.kind !== kind);
  writeFileSync(path, `${JSON.stringify({ weights: [...others, entry] }, null, 2)}\n`);
  console.log(`${FOLDER}/${name}: ${(file.length / 1000).toFixed(0)} kB, ${learnt.parameters} numbers`);
}
await server.close();
process.exit(0);

/** @param weights Map of name to { shape, data } */
function f16Safetensors(weights) {
  let end = 0;
  const header = {};
  const parts = [];
  for (const [name, { shape, data }] of weights) {
    const bytes = Buffer.from(toHalfs(data).buffer);
    header[name] = { dtype: 'F16', shape, data_offsets: [end, (end += bytes.length)] };
    parts.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header).padEnd(Math.ceil(JSON.stringify(header).length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}
