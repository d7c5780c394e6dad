/** The graph's `resample` op, on WGSL and on tfjs, against `image/resize.ts`. */
import { expect, it } from 'vitest';
import { withErrorScopes } from '../gpu/errorScopes';
import { testDevice } from '../gpu/testing/device';
import { GraphBuilder } from '../graph/builder';
import { compileGraph } from '../graph/compile';
import { WeightStore, type WeightSource } from '../graph/weights';
import { resampleTable, resize } from '../image/resize';
import { openTfjs } from '../tfjs/device';
import { TfjsProgram, TfjsWeights } from '../tfjs/lower';
import { uniforms } from './testing';

const nothing: WeightSource = {
  get(name) {
    throw new Error(`no weights here, not ${name}`);
  },
};

it.each([
  [17, 23, 8, 11],
  [9, 6, 20, 13],
])('resizes %i x %i to %i x %i as the image room does', async (height, width, outHeight, outWidth) => {
  const next = uniforms(height);
  const data = Uint8ClampedArray.from({ length: height * width * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : 128 + 128 * next(),
  );
  const expected = resize({ width, height, data }, outWidth, outHeight).data;

  const g = new GraphBuilder();
  const pixels = g.input('pixels', [1, height, width, 1], 'u32');
  g.output('out', g.resample('resample', pixels, resampleTable(width, outWidth), resampleTable(height, outHeight)));
  const graph = g.finish();

  const context = await testDevice();
  const weights = new WeightStore(context, nothing);
  const ours = await withErrorScopes(context.device, async () => {
    const compiled = await compileGraph(context, graph, weights, { precision: 'f32' });
    compiled.write('pixels', new Uint32Array(data.buffer));
    compiled.run();
    const { out } = await compiled.read('out');
    compiled.dispose();
    return out;
  });
  weights.dispose();
  const program = new TfjsProgram(await openTfjs('cpu'), graph, new TfjsWeights(nothing));
  const { outputs } = await program.run({ pixels: new Uint32Array(data.buffer) });
  for (const packed of [ours, outputs.out]) {
    const bytes = new Uint8Array(packed?.buffer ?? new ArrayBuffer(0));
    expect(bytes.length).toBe(expected.length);
    expected.forEach((value, i) => expect(Math.abs(value - (bytes[i] ?? -9)), `byte ${i}`).toBeLessThanOrEqual(1));
  }
});
