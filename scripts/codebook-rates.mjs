/**
 * node scripts/codebook-rates.mjs [--dataset emoji] [--data /opt/tessera/data/emoji128.npz] [--pictures 128] [--sizes 2048,1024,512,256,128,64,32,16]
 * Rate against distortion on held-out pictures, for the chart of the "Codebook size" lab: every tokenizer of the data set that public/models/ lists,
 * and those with one codebook (or levels of them) made smaller by the page's own code, both ways. Writes public/rate/<dataset>.json. The pictures
 * are not in the repository; the networks run in PyTorch (training/rates.py), encoder once, on one thread.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'vite';

const MODELS = 'public/models';
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const dataset = option('dataset', 'emoji');
const data = option('data', '/opt/tessera/data/emoji128.npz');
const pictures = option('pictures', '128');
const sizes = option('sizes', '2048,1024,512,256,128,64,32,16').split(',').map(Number);
const python = option(
  'python',
  existsSync('/opt/tessera/venv/bin/python') ? '/opt/tessera/venv/bin/python' : 'python3',
);

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const server = await createServer({
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null },
});
const { asFloats, readSafetensors } = await server.ssrLoadModule('/src/models/safetensors.ts');
const { codebookNames } = await server.ssrLoadModule('/src/models/vqvae/config.ts');
const { createResizer } = await server.ssrLoadModule('/src/codebook/resize/resizer.ts');

const { models } = readJson(join(MODELS, 'index.json'));
const tokenizers = models
  .filter((id) => id.startsWith(`${dataset}-`))
  .map((id) => ({ folder: join(MODELS, id), manifest: readJson(join(MODELS, id, 'manifest.json')) }))
  .filter(({ manifest }) => manifest.family === 'vqvae');
const scratch = mkdtempSync(join(tmpdir(), 'rates-'));

/** Smaller codebooks of one model, written as raw floats; none where the use of its codes is not known, or it has no codebook. */
function booksOf({ folder, manifest }) {
  const names = codebookNames(manifest.config);
  const usage = join(folder, 'usage.json');
  if (!names.length || !existsSync(usage)) return [];
  const file = Uint8Array.from(readFileSync(join(folder, manifest.weights.file)));
  const entries = readSafetensors(file.buffer);
  const { counts } = readJson(usage).sets.find(({ name }) => name === 'train');
  const isCosine = manifest.config.quantizer.distance === 'cosine';
  const resizers = names.map((name, level) =>
    createResizer({
      rows: asFloats(entries.get(name)),
      counts: counts[level],
      codeDim: manifest.config.codeDim,
      isCosine,
    }),
  );
  const most = Math.max(...resizers.map(({ count }) => count));
  const smaller = sizes.filter((size) => size < most);
  return ['drop', 'merge'].flatMap((way) =>
    smaller.map((size) => ({
      way,
      size,
      rows: resizers.map((resizer, level) => {
        const { rows } = resizer.resize(Math.min(size, resizer.count), way);
        const path = join(scratch, `${manifest.id}-${way}-${size}-${level}.f32`);
        writeFileSync(path, new Uint8Array(rows.buffer));
        return path;
      }),
    })),
  );
}

try {
  const job = tokenizers.map((model) => ({ model: model.folder, books: booksOf(model) }));
  writeFileSync(join(scratch, 'job.json'), JSON.stringify(job));
  const out = join(scratch, 'rates.json');
  const args = [
    '-m',
    'training.rates',
    '--data',
    data,
    '--job',
    join(scratch, 'job.json'),
    '--pictures',
    pictures,
    '--out',
    out,
  ];
  execFileSync(python, args, { stdio: 'inherit', env: { ...process.env, OMP_NUM_THREADS: '1' } });
  mkdirSync('public/rate', { recursive: true });
  writeFileSync(
    `public/rate/${dataset}.json`,
    JSON.stringify({ schemaVersion: 1, dataset, ...readJson(out) }, null, 1) + '\n',
  );
  console.log(`public/rate/${dataset}.json`);
} finally {
  rmSync(scratch, { recursive: true });
  await server.close();
}
