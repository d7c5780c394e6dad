/**
 * What growing must do on every backend: on a tiny tokenizer that has learnt emoji, and photographs that it never saw, 32 to learn from and 16 held back
 * (fixtures/grow, `python -m training.grow_fixture`).
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorCount } from '../../tfjs/lower';
import { pictureFrom } from '../../image/picture';
import { EngineHost } from '../host';
import { serveFixtures } from '../testing/journey';
import type { BackendName, Growth, GrowOptions, GrowReport, Picture } from '../types';

const MODEL = 'tiny-learnt';
const FOLDER = 'fixtures/grow';

/** The committed photographs, in their order: those to learn from, then those that are held back. */
export function committedPictures(): { pictures: Picture[]; heldOut: Picture[] } {
  const about = JSON.parse(readFileSync(`${FOLDER}/photographs.json`, 'utf8')) as {
    width: number;
    height: number;
    count: number;
    heldBack: number;
  };
  const bytes = readFileSync(`${FOLDER}/photographs.rgb`);
  const { width, height, count, heldBack } = about;
  const all = Array.from({ length: count }, (_, i) => {
    const picture = pictureFrom(width, height);
    for (let at = 0; at < 3 * width * height; at++)
      picture.data[4 * Math.floor(at / 3) + (at % 3)] = bytes[3 * width * height * i + at]!;
    return picture;
  });
  return { pictures: all.slice(0, count - heldBack), heldOut: all.slice(count - heldBack) };
}

const scoreOf = ({ curve, before }: Growth) => curve.findLast(({ score }) => score !== null)?.score ?? before;

export function describeGrowing(backend: BackendName, gpu: () => GPU | null, countLive: () => () => unknown): void {
  describe(`growing on ${backend}`, { timeout: 120_000 }, () => {
    let server: Server;
    let host: EngineHost;
    let live: () => unknown;
    let call = 1;
    const set = committedPictures();

    beforeAll(async () => {
      const served = await serveFixtures(FOLDER);
      server = served.server;
      live = countLive();
      host = new EngineHost({ gpu: gpu() });
      await host.start({ modelsUrl: served.url, backend, useGpu: true }, () => undefined);
    });
    afterAll(() => server.close());

    const ask = (more: Partial<GrowOptions> = {}): GrowOptions => ({
      ...{ modelId: MODEL, from: 'start', ...set, seed: 1, steps: 200, revival: true, decoder: false },
      ...more,
    });
    const grow = (more: Partial<GrowOptions> = {}, onReport?: (report: GrowReport) => void) =>
      host.growCodebook(call++, ask(more), onReport);
    const few = { steps: 5, pictures: set.pictures.slice(0, 4), heldOut: set.heldOut.slice(0, 2) };

    /** A variant with only every fourth code of the model, the others standing for it: a codebook that was made smaller. */
    async function shrunk(): Promise<string> {
      const rows = await host.codebook(call++, MODEL, 0);
      const dim = rows.length / 64;
      const remap = Int32Array.from({ length: 64 }, (_, code) => code & ~3);
      const kept = rows.map((_, at) => rows[remap[Math.floor(at / dim)]! * dim + (at % dim)]!);
      const { id } = await host.setVariant(call++, { modelId: MODEL, name: 'small', rows: [kept], remap: [remap] });
      return id;
    }

    /** Must hold 5. */
    it('lowers the error of pictures that it never saw in 200 steps: by 5 % and more from a quarter of the codebook, and from the whole one', async () => {
      for (const modelId of [MODEL, await shrunk()]) {
        const reports: GrowReport[] = [];
        const growth = await grow({ modelId }, (report) => reports.push(report));
        const after = scoreOf(growth);
        expect(growth).toMatchObject({
          modelId,
          steps: 200,
          size: modelId === MODEL ? 64 : 16,
          pictures: 32,
          heldOut: 16,
        });
        // The whole codebook has less to gain: the decoder has never seen photographs.
        expect(after.pictureError).toBeLessThan((modelId === MODEL ? 0.97 : 0.95) * growth.before.pictureError);
        expect(after.latentError).toBeLessThan(growth.before.latentError);
        expect(reports.map(({ point }) => point)).toEqual(growth.curve);
        expect(reports[0]!.growth).toMatchObject({ steps: 0 });
        expect(reports.at(-1)!.growth).toEqual(growth);
        expect(growth.counts.reduce((sum, count) => sum + count, 0)).toBe(32 * 64);
        expect(growth.shown.before[0]!.data).not.toEqual(growth.shown.now[0]!.data);
      }
    });

    it('what is measured is what the engine makes of it: kept as a variant, held-back pictures come back as they were shown', async () => {
      const modelId = await shrunk();
      const growth = await grow({ ...few, modelId, heldOut: set.heldOut.slice(0, 3) });
      const { rows, remap, tensors, modelId: base } = await host.grownWeights(call++);
      expect(base).toBe(MODEL);
      expect(tensors).toEqual({});
      const { id } = await host.setVariant(call++, { modelId: base, name: 'kept', rows: [rows], remap: [remap] });
      let error = 0;
      for (const [i, picture] of set.heldOut.slice(0, 3).entries()) {
        const { image, input, codes } = await host.reconstruct(call++, id, picture);
        expect(codes[0]!.indices.every((code) => code % 4 === 0)).toBe(true);
        expect(input).toEqual(growth.shown.inputs[i]);
        let worst = 0;
        image.data.forEach((value, at) => (worst = Math.max(worst, Math.abs(value - growth.shown.now[i]!.data[at]!))));
        // Two programs for the same sums.
        expect(worst).toBeLessThanOrEqual(1);
        image.data.forEach((value, at) => at % 4 < 3 && (error += (value - input.data[at]!) ** 2 / (9 * 32 * 32)));
      }
      expect(error / scoreOf(growth).pictureError).toBeCloseTo(1, 2);
      await host.dropVariant(call++, id);
    });

    it('the same seed grows the same, a pause changes nothing, and another seed is another', async () => {
      const whole = await grow({ ...few, steps: 30 });
      const rows = (await host.grownWeights(call++)).rows;
      await grow({ ...few, steps: 12 });
      const rest = await grow({ from: 'kept', pictures: [], heldOut: [], steps: 18 });
      expect(rest.steps).toBe(30);
      expect((await host.grownWeights(call++)).rows).toEqual(rows);
      expect(scoreOf(rest)).toEqual(scoreOf(whole));
      expect(rest.before).toEqual(whole.before);
      await grow({ steps: 30, seed: 2 });
      expect((await host.grownWeights(call++)).rows).not.toEqual(rows);
    });

    it('a code that few pictures do not use is rare, not dead: it stays; with pictures enough it is revived', async () => {
      const revivedIn = ({ curve }: Growth) => curve.reduce((sum, { revived }) => sum + revived, 0);
      const scarce = await grow({ ...few, steps: 40 });
      expect(scarce.canRevive).toBe(false);
      expect(revivedIn(scarce)).toBe(0);
      // Codes far away from every latent are dead from the start.
      const rows = await host.codebook(call++, MODEL, 0);
      const far = rows.map((value, at) => (at < rows.length / 4 ? 50 + at : value));
      const { id } = await host.setVariant(call++, { modelId: MODEL, name: 'far', rows: [far] });
      const plenty = await grow({ modelId: id, steps: 40 });
      expect(plenty.canRevive).toBe(true);
      expect(revivedIn(plenty)).toBeGreaterThanOrEqual(16);
      expect(plenty.counts.filter((count) => count > 0).length).toBeGreaterThan(60);
      const without = await grow({ modelId: id, steps: 40, revival: false });
      expect(revivedIn(without)).toBe(0);
      expect(scoreOf(plenty).latentError).toBeLessThan(scoreOf(without).latentError);
    });

    it('memory returns to its start on reset, ten times', async () => {
      await grow(few);
      await host.resetGrowth(call++);
      const before = { tensors: tensorCount(), live: live() };
      for (let i = 0; i < 10; i++) {
        await grow(few);
        expect(await host.growth(call++)).not.toBeNull();
        await host.resetGrowth(call++);
        expect(await host.growth(call++)).toBeNull();
        expect({ tensors: tensorCount(), live: live() }).toEqual(before);
      }
    });

    it('stopped, it holds what was reached and goes on from there', async () => {
      await grow({ ...few, steps: 0 });
      const before = tensorCount();
      const number = call++;
      const run = host.growCodebook(number, ask({ ...few, steps: 5000 }), undefined, ({ stage, fraction }) => {
        if (stage === 'sample' && (fraction ?? 0) >= 20 / 5000) host.cancel(number);
      });
      await expect(run).rejects.toThrow(/abort/i);
      expect(tensorCount()).toBe(before);
      const held = await host.growth(call++);
      expect(held!.steps).toBeGreaterThanOrEqual(20);
      expect(held!.steps).toBeLessThan(40);
      const { steps } = await grow({ from: 'kept', pictures: [], heldOut: [], steps: 3 });
      expect(steps).toBe(held!.steps + 3);
    });

    it('exported, it is a model folder that the page takes back, with the same pictures', async () => {
      const modelId = await shrunk();
      const growth = await grow({ ...few, modelId, steps: 20 });
      const files = await host.grownFiles(call++);
      expect(files.map(({ name }) => name)).toEqual(['manifest.json', 'model.safetensors']);
      const folder = { name: 'grown', files: files.map(({ name, blob }) => ({ name, file: blob })) };
      const summary = await host.addLocalModel(folder);
      expect(summary).toMatchObject({ id: 'tiny-learnt-grown', local: true, metrics: { psnr: scoreOf(growth).psnr } });
      const { image } = await host.reconstruct(call++, summary.id, few.heldOut[0]!);
      let worst = 0;
      image.data.forEach((value, at) => (worst = Math.max(worst, Math.abs(value - growth.shown.now[0]!.data[at]!))));
      expect(worst).toBeLessThanOrEqual(1);
      expect(await host.codebook(call++, summary.id, 0)).toEqual((await host.grownWeights(call++)).rows);
      await host.removeLocalModel(call++, summary.id);
    });

    if (backend === 'cpu')
      it('the decoder learns too: still less error, its weights in the variant and in the file', async () => {
        const some = { steps: 12, pictures: set.pictures.slice(0, 8), heldOut: set.heldOut.slice(0, 4) };
        const plain = await grow(some);
        const tuned = await grow({ ...some, decoder: true });
        expect(scoreOf(tuned).pictureError).toBeLessThan(0.97 * scoreOf(plain).pictureError);
        expect(tuned.curve.some(({ decoderLoss }) => decoderLoss !== null && decoderLoss > 0)).toBe(true);
        const { rows, remap, tensors } = await host.grownWeights(call++);
        expect(Object.keys(tensors).length).toBeGreaterThan(10);
        const variant = { modelId: MODEL, name: 'tuned', rows: [rows], remap: [remap], tensors };
        const { id } = await host.setVariant(call++, variant);
        const { image } = await host.reconstruct(call++, id, set.heldOut[0]!);
        let worst = 0;
        image.data.forEach((value, at) => (worst = Math.max(worst, Math.abs(value - tuned.shown.now[0]!.data[at]!))));
        expect(worst).toBeLessThanOrEqual(1);
        // Grown again from there, its decoder is the tuned one.
        const again = await grow({ ...some, modelId: id, steps: 0 });
        expect(again.before.pictureError).toBeCloseTo(scoreOf(tuned).pictureError, 1);
        expect((await host.grownWeights(call++)).tensors).toEqual(tensors);
        await host.dropVariant(call++, id);
      });
    else
      it('says in words why the decoder cannot learn here', async () => {
        await expect(grow({ ...few, decoder: true })).rejects.toThrow(
          /WASM, which has no gradient.*codebook grow alone.*WebGPU/,
        );
      });

    it('refuses what it cannot do, in words, and keeps nothing', async () => {
      await host.resetGrowth(call++);
      await expect(grow({ heldOut: [] })).rejects.toThrow(
        /one to measure with are needed, found 32 and 0: add pictures/,
      );
      await expect(grow({ pictures: [] })).rejects.toThrow(/found 0 and 16/);
      await expect(grow({ steps: 1.5 })).rejects.toThrow(/steps is a whole number/);
      await expect(grow({ seed: -1 })).rejects.toThrow(/seed is a whole number/);
      await expect(grow({ modelId: 'nonesuch' })).rejects.toThrow(/no model "nonesuch"/);
      await expect(grow({ from: 'kept' })).rejects.toThrow(/Nothing has grown yet/);
      await expect(host.grownWeights(call++)).rejects.toThrow(/Nothing has grown/);
      await expect(host.grownFiles(call++)).rejects.toThrow(/Nothing has grown/);
      expect(await host.growth(call++)).toBeNull();
    });

    if (backend === 'webgpu')
      it('goes on after a lost device, to the same end', async () => {
        await grow({ ...few, steps: 30 });
        const { rows } = await host.grownWeights(call++);
        let lost: Promise<void> | null = null;
        await host.growCodebook(call++, ask({ ...few, steps: 30 }), undefined, ({ stage, fraction }) => {
          if (stage === 'encode' && fraction === 1) lost ??= host.simulateDeviceLoss();
        });
        expect(lost).not.toBeNull();
        expect((await host.grownWeights(call++)).rows).toEqual(rows);
      });
  });
}
