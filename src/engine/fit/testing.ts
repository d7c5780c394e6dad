/** What fitting latents must do on every backend. */
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Draws } from '../../diffusion/random';
import { pictureFrom } from '../../image/picture';
import { tensorCount } from '../../tfjs/lower';
import { EngineHost } from '../host';
import { serveFixtures, testPicture } from '../testing/journey';
import type { BackendName, FitOptions, FitReport, Picture } from '../types';
import { degradation, degradeReference } from '../../image/degradation';

const SIDE = 32;

/** 255 in the square of pixels [8, 24) of both axes. */
const hole = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
  const inside = (x: number) => x >= 8 && x < 24;
  return inside(i % SIDE) && inside(Math.floor(i / SIDE)) ? 255 : 0;
});

const request = (more: Partial<FitOptions> = {}): FitOptions => ({
  ...{ model: 'tiny-vq', task: { kind: 'denoise' }, picture: testPicture(SIDE, SIDE), seed: 5, runs: 1, steps: 20 },
  noise: 5,
  ...more,
});

const floatsOf = ({ data }: Picture): Float32Array =>
  Float32Array.from({ length: (data.length / 4) * 3 }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]!);

/** The picture as a task would have left it, in 8 bits. */
function degraded(picture: Picture, task: FitOptions['task']): Picture {
  const values = degradeReference(floatsOf(picture), degradation(task, SIDE), SIDE);
  const side = Math.sqrt(values.length / 3);
  const out = pictureFrom(side, side);
  values.forEach((value, i) => (out.data[4 * Math.floor(i / 3) + (i % 3)] = value));
  return out;
}

/** Root mean square difference in grey levels, over the pixels outside of the hole. */
function difference(a: Float32Array, b: Float32Array, hidden?: Uint8Array): number {
  let [sum, count] = [0, 0];
  a.forEach((value, i) => {
    if (hidden?.[Math.floor(i / 3)]) return;
    sum += (value - b[i]!) ** 2;
    count++;
  });
  return Math.sqrt(sum / count);
}

export function describeFitting(backend: BackendName, gpu: () => GPU | null): void {
  describe(`fitting latents on ${backend}`, () => {
    let server: Server;
    let host: EngineHost;
    let call = 1;

    beforeAll(async () => {
      const served = await serveFixtures();
      server = served.server;
      host = new EngineHost({ gpu: gpu() });
      await host.start({ modelsUrl: served.url, backend, useGpu: true }, () => undefined);
    });
    afterAll(() => server.close());

    it('fits known pixels better than the reconstruction, with codes as without, and tells each step', async () => {
      const picture = testPicture(SIDE, SIDE);
      const plain = await host.reconstruct(call++, 'tiny-vq', picture);
      const reports: FitReport[] = [];
      const fractions: number[] = [];
      const result = await host.fitLatents(
        call++,
        request({ task: { kind: 'inpaint' }, hole, runs: 2 }),
        (report) => reports.push(report),
        ({ stage, fraction }) => stage === 'sample' && fractions.push(fraction ?? NaN),
      );
      const known = floatsOf(picture);
      const before = difference(floatsOf(plain.image), known, hole);
      for (const [i, image] of result.images.entries()) {
        const losses = result.losses[i]!;
        expect(losses).toHaveLength(20);
        expect(losses[11]).toBeLessThan(0.9 * losses[0]!);
        expect(difference(floatsOf(result.continuous[i]!), known, hole)).toBeLessThan(before);
        const after = difference(floatsOf(image), known, hole);
        expect(after).toBeLessThan(before);
        // The same number, but for the picture's 8 bits and clipping.
        expect(Math.abs(result.scores[i]! - after)).toBeLessThan(2);
        expect(await host.decode(call++, 'tiny-vq', result.codes[i]!)).toEqual(image);
      }
      expect(reports).toHaveLength(40);
      expect(reports[21]).toMatchObject({ run: 1, step: 1, steps: 20, phase: 'free', loss: result.losses[1]![1] });
      expect(reports[39]?.phase).toBe('settle');
      expect(fractions).toHaveLength(40);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      expect(result.seeds).toEqual([5, 6]);
      expect(result.codes[0]).not.toEqual(result.codes[1]);
      expect(result.spread.some((value) => value > 0)).toBe(true);
      // A run is its seed alone.
      const second = await host.fitLatents(call++, request({ task: { kind: 'inpaint' }, hole, seed: 6 }));
      expect(second.images[0]).toEqual(result.images[1]);
      expect(second.spread.every((value) => value === 0)).toBe(true);
    });

    it('two pictures that differ only under the hole give the same results', async () => {
      const clean = testPicture(SIDE, SIDE);
      const data = clean.data.slice();
      hole.forEach((value, i) => value && data.set([(i * 37) % 256, (i * 91) % 256, (i * 11) % 256], i * 4));
      for (const task of [{ kind: 'inpaint' } as const, { kind: 'deblur', sigma: 1 } as const]) {
        const asked = request({ task, hole, steps: 4 });
        const first = await host.fitLatents(call++, { ...asked, picture: clean });
        const second = await host.fitLatents(call++, { ...asked, picture: { ...clean, data } });
        const { timings: _, ...one } = first;
        const { timings: __, ...other } = second;
        expect(other).toEqual(one);
      }
    });

    it.each([
      { kind: 'upscale', factor: 2 } as const,
      { kind: 'upscale', factor: 4 } as const,
      { kind: 'deblur', sigma: 1.5 } as const,
    ])('what comes out of %o looks like what was given', async (task) => {
      const given = degraded(testPicture(SIDE, SIDE), task);
      const result = await host.fitLatents(call++, request({ task, picture: given }));
      const again = (picture: Picture) =>
        difference(degradeReference(floatsOf(picture), degradation(task, SIDE), SIDE), floatsOf(given));
      const plain = await host.reconstruct(call++, 'tiny-vq', result.start);
      expect(result.images[0]).toMatchObject({ width: SIDE, height: SIDE });
      expect(again(result.continuous[0]!)).toBeLessThan(again(plain.image));
      expect(again(result.images[0]!)).toBeLessThan(again(plain.image));
    });

    it('comes nearer to the clean picture than the reconstruction of a noisy one', async () => {
      const clean = testPicture(SIDE, SIDE);
      const noisy = { ...clean, data: clean.data.slice() };
      for (let i = 0; i < SIDE * SIDE; i++) {
        const normals = new Draws(3, 1, i).normals(3);
        for (let c = 0; c < 3; c++) noisy.data[4 * i + c]! += 40 * normals[c]!;
      }
      const plain = await host.reconstruct(call++, 'tiny-vq', noisy);
      const { mean, images } = await host.fitLatents(call++, request({ picture: noisy, noise: 40, runs: 2 }));
      const [before, after, average] = [plain.image, images[0]!, mean].map((one) =>
        difference(floatsOf(one), floatsOf(clean)),
      );
      expect(after).toBeLessThan(before!);
      expect(average).toBeLessThan(before!);
    });

    it('codes by angle are fitted too, on the sphere', async () => {
      const result = await host.fitLatents(call++, request({ model: 'tiny-cosine', steps: 12 }));
      expect(result.losses[0]![6]).toBeLessThan(result.losses[0]![0]!);
      expect(result.scores[0]).toBeLessThan(result.startScore);
    });

    it('ends within a step when it is cancelled, and leaves no tensor behind', async () => {
      await host.fitLatents(call++, request({ steps: 2 }));
      const before = tensorCount();
      const number = call++;
      let steps = 0;
      const run = host.fitLatents(number, request(), ({ step }) => {
        steps++;
        if (step === 3) host.cancel(number);
      });
      await expect(run).rejects.toThrow(/abort/i);
      expect(steps).toBe(4);
      expect(tensorCount()).toBe(before);
      await host.fitLatents(call++, request({ steps: 2, runs: 2 }));
      expect(tensorCount()).toBe(before);
    });

    it.each([
      ['tiny-rvq', /one codebook \(vq\); tiny-rvq has a residual quantizer.*Choose another tokenizer/],
      ['tiny-fsq', /tiny-fsq has finite scalar quantization/],
      ['tiny-h2', /tiny-h2 has codes on two levels/],
      ['tiny-prior-absorbing', /pictures need a tokenizer/],
    ])('refuses %s, in words', async (model, words) => {
      await expect(host.fitLatents(call++, request({ model }))).rejects.toThrow(words);
    });

    if (backend === 'webgpu')
      it('begins again after a lost device, and comes to the same end', async () => {
        const asked = request({ steps: 6 });
        const before = await host.fitLatents(call++, asked);
        let lost: Promise<void> | null = null;
        const steps: number[] = [];
        const during = await host.fitLatents(call++, asked, ({ step }) => {
          steps.push(step);
          if (step === 4) lost ??= host.simulateDeviceLoss();
        });
        expect(lost).not.toBeNull();
        expect(steps.filter((step) => step === 0)).toHaveLength(2);
        expect(during.images).toEqual(before.images);
      });
  });
}
