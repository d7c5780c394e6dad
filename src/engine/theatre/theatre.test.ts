import { describe, expect, it } from 'vitest';
import { tensorCount } from '../../tfjs/lower';
import { GARMENT_SIDE, drawGarment } from './garments';
import { batchOf, BATCH, createScene, PROBE } from './scene';
import { Theatre } from './theatre';
import type { TheatreFrame, TheatreOptions, TheatreRecipe, TheatreStage } from './types';

const never = new AbortController().signal;

const stage: TheatreStage = { data: 'blobs', network: 'mlp', codebookSize: 64, learningRate: 0.003, seed: 1 };
const plain: TheatreRecipe = {
  ...{ quantizer: 'vq', update: 'loss', init: 'uniform', revival: false, distance: 'l2', gradient: 'straight-through' },
} as const;
const full: TheatreRecipe = { ...plain, update: 'ema', init: 'kmeans', revival: true };

const ask = (more: Partial<TheatreOptions> = {}): TheatreOptions => ({
  ...{ stage, recipes: [plain, full], from: 'scratch', steps: 8, stepsPerFrame: 4 },
  ...more,
});

describe('what is learnt from', () => {
  it.each(['blobs', 'ring', 'spiral', 'moons', 'garments'] as const)(
    '%s: held back is held back, a seed is a seed',
    (data) => {
      const scene = createScene({ data, seed: 3 });
      expect(scene.examples).toHaveLength(PROBE * scene.inputs);
      expect(createScene({ data, seed: 3 })).toEqual(scene);
      expect(createScene({ data, seed: 4 }).stock).not.toEqual(scene.stock);
      expect([...scene.examples].every((value) => Math.abs(value) < 3)).toBe(true);
      const batch = batchOf(scene, 3, 7);
      expect(batch).toHaveLength(BATCH * scene.inputs);
      expect(batchOf(scene, 3, 7)).toEqual(batch);
      expect(batchOf(scene, 3, 8)).not.toEqual(batch);
      if (data === 'garments') return;
      const points = new Set(
        Array.from({ length: scene.stock.length / 2 }, (_, i) => scene.stock.slice(2 * i, 2 * i + 2).join()),
      );
      for (let i = 0; i < PROBE; i++) expect(points.has(scene.examples.slice(2 * i, 2 * i + 2).join())).toBe(false);
    },
  );

  it('clothes differ, and fill a good part of their picture', () => {
    const pictures = Array.from({ length: 40 }, (_, i) => drawGarment(1, i));
    expect(new Set(pictures.map(String)).size).toBe(40);
    for (const picture of pictures) {
      expect(picture).toHaveLength(GARMENT_SIDE ** 2);
      expect(Math.min(...picture)).toBe(-1);
      expect(Math.max(...picture)).toBeLessThanOrEqual(1);
      const cloth = picture.filter((value) => value > -0.99).length / picture.length;
      expect(cloth).toBeGreaterThan(0.12);
      expect(cloth).toBeLessThan(0.85);
    }
  });
});

describe('the show', { timeout: 120_000 }, () => {
  const frames = async (theatre: Theatre, options: TheatreOptions, signal = never) => {
    const seen: TheatreFrame[] = [];
    const result = await theatre.perform(options, { signal }, (frame) => seen.push(frame));
    return { seen, result };
  };

  /** Must hold 6. Paper's own beta, Adam at 0.003 on both sides; the same data, network, batches and steps. */
  it('EMA, k-means start and revival keep three times the perplexity of the plain loss from U(-1/K, 1/K), mean of 3 seeds', async () => {
    const sums = [0, 0];
    for (const seed of [1, 2, 3]) {
      const { result } = await frames(
        new Theatre(),
        ask({ stage: { ...stage, seed }, steps: 120, stepsPerFrame: 120 }),
      );
      result.frame.actors.forEach(({ perplexity }, i) => (sums[i]! += perplexity / 3));
    }
    const [collapsed, kept] = sums as [number, number];
    expect(kept).toBeGreaterThan(3 * collapsed);
    // The loser does learn, and the winner does not win by chance.
    expect(collapsed).toBeGreaterThan(1.5);
    expect(kept).toBeGreaterThan(20);
  });

  it('the same seed gives the same show, and a pause changes nothing', async () => {
    const whole = await frames(new Theatre(), ask());
    expect(whole.seen.map(({ step }) => step)).toEqual([4, 8]);
    const theatre = new Theatre();
    await frames(theatre, ask({ steps: 3, stepsPerFrame: 3 }));
    const rest = await frames(theatre, ask({ from: 'kept', steps: 5, stepsPerFrame: 5 }));
    const bare = ({ frame: { actors, step } }: typeof whole.result) => ({ step, actors });
    expect(bare(rest.result)).toEqual(bare(whole.result));
    const other = await frames(new Theatre(), ask({ stage: { ...stage, seed: 2 } }));
    expect(bare(other.result)).not.toEqual(bare(whole.result));
  });

  it('both sides begin with the same network, and differ only where they are told to', async () => {
    const { result } = await frames(
      new Theatre(),
      ask({ steps: 0, recipes: [plain, { ...plain, gradient: 'rotation' }] }),
    );
    const [a, b] = result.frame.actors;
    expect(a).toEqual(b);
    expect(result.frame).toMatchObject({ step: 0, stepMs: null });
    const { result: later } = await frames(
      new Theatre(),
      ask({ recipes: [plain, { ...plain, gradient: 'rotation' }] }),
    );
    expect(later.frame.actors[0]!.latents).not.toEqual(later.frame.actors[1]!.latents);
  });

  it('a dead code that is revived is told, and lies on a latent', async () => {
    const reviving = { ...plain, revival: true };
    const { seen } = await frames(new Theatre(), ask({ recipes: [plain, reviving], steps: 21, stepsPerFrame: 1 }));
    const last = seen.at(-2)!.actors;
    expect(last[0]!.revived).toEqual([]);
    expect(last[1]!.revived.length).toBeGreaterThan(20);
    expect(seen.at(-3)!.actors[1]!.revived).toEqual([]);
    expect(last[1]!.idle[last[1]!.revived[0]!]).toBe(0);
    expect(seen.at(-1)!.actors[1]!.used).toBeGreaterThan(3 * seen.at(-3)!.actors[1]!.used);
  });

  it.each([
    ['SimVQ', { ...plain, quantizer: 'simvq' }],
    ['FSQ', { ...plain, quantizer: 'fsq' }],
    ['cosine by rotation', { ...plain, init: 'normal', distance: 'cosine', gradient: 'rotation' }],
    ['cosine by averages', { ...full, distance: 'cosine' }],
  ] as [string, TheatreRecipe][])('%s learns: the error falls, on points and on pictures', async (_, recipe) => {
    for (const data of ['spiral', 'garments'] as const) {
      const { seen, result } = await frames(
        new Theatre(),
        ask({ stage: { ...stage, data, codebookSize: 16 }, recipes: [recipe], steps: 30, stepsPerFrame: 10 }),
      );
      const [actor] = result.frame.actors;
      expect(actor!.error).toBeLessThan(seen[0]!.actors[0]!.error);
      expect(actor!.counts.reduce((sum, count) => sum + count, 0)).toBe(PROBE);
      expect(actor!.decoded).toHaveLength(actor!.codebookSize * result.scene.inputs);
      expect(actor!.used).toBe(new Set(actor!.indices).size);
    }
  });

  it('is paused within a frame, goes on from there, and leaves no tensor behind', async () => {
    const theatre = new Theatre();
    await frames(theatre, ask({ steps: 0 }));
    const before = tensorCount();
    const stop = new AbortController();
    const run = theatre.perform(ask({ steps: 400, stepsPerFrame: 2 }), { signal: stop.signal }, ({ step }) => {
      if (step === 6) stop.abort();
    });
    await expect(run).rejects.toThrow(/abort/i);
    expect(tensorCount()).toBe(before);
    const { result } = await frames(theatre, ask({ from: 'kept', steps: 1, stepsPerFrame: 1 }));
    expect(result.frame.step).toBe(7);
    expect(tensorCount()).toBe(before);
    // Other settings begin anew.
    const anew = await frames(theatre, ask({ from: 'kept', steps: 1, stage: { ...stage, seed: 9 } }));
    expect(anew.result.frame.step).toBe(1);
  });

  it('says what is wrong, and what to do', async () => {
    const perform = (more: Partial<TheatreOptions>) => new Theatre().perform(ask(more), { signal: never });
    await expect(perform({ steps: -1 })).rejects.toThrow(/steps is a whole number from 0/);
    await expect(perform({ recipes: [] })).rejects.toThrow(/One or two runs, found 0/);
    await expect(perform({ stage: { ...stage, learningRate: 0 } })).rejects.toThrow(/learning rate/);
    const odd = { stage: { ...stage, codebookSize: 20 }, recipes: [{ ...plain, quantizer: 'fsq' as const }] };
    await expect(perform(odd)).rejects.toThrow(/16, 64 and 256 codes.*choose one of those/);
  });
});
