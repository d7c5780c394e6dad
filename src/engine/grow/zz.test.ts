import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { EngineHost } from '../host';
import { serveFixtures } from '../testing/journey';
import { pictureFrom } from '../../image/picture';
it('smoke', async () => {
  const bytes = readFileSync('/tmp/smoke.rgb');
  const all = Array.from({ length: 44 }, (_, i) => { const p = pictureFrom(128, 128); for (let at = 0; at < 3 * 128 * 128; at++) p.data[4 * Math.floor(at / 3) + (at % 3)] = bytes[3 * 128 * 128 * i + at]!; return p; });
  const { url } = await serveFixtures('public/models');
  const host = new EngineHost({ gpu: null });
  await host.start({ modelsUrl: url, backend: 'wasm', useGpu: false }, () => undefined);
  const id = 'emoji-128-f8-k1024';
  const rows = await host.codebook(1, id, 0);
  // Drop: the 64 codes most used by the pictures stay.
  const counts = new Float64Array(1024);
  for (const [i, p] of all.slice(0, 32).entries()) (await host.encode(10 + i, id, p)).codes[0]!.indices.forEach((c) => counts[c]!++);
  const kept = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]!).slice(0, 64);
  const small = new Float32Array(rows.length);
  for (let c = 0; c < 1024; c++) {
    let [best, least] = [0, Infinity];
    for (const k of kept) { let d = 0; for (let j = 0; j < 8; j++) d += (rows[c * 8 + j]! - rows[k * 8 + j]!) ** 2; if (d < least) [best, least] = [k, d]; }
    small.set(rows.subarray(best * 8, best * 8 + 8), c * 8);
  }
  const v = await host.setVariant(2, { modelId: id, name: 's', rows: [small] });
  for (const modelId of [v.id, id]) {
    const began = Date.now();
    const g = await host.growCodebook(3, { modelId, from: 'start', pictures: all.slice(0, 32), heldOut: all.slice(32), seed: 1, steps: 200, revival: true, decoder: false });
    const s = g.curve.findLast(({ score }) => score)!.score!;
    console.log(modelId, g.size, g.before, s, g.stepMs, Date.now() - began);
  }
}, 900000);
