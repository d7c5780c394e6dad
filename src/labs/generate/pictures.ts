/** Work beside the runs: pictures of kept states and patches of codes, decoded when they are looked at. Its failure does no harm; a console line tells why. */
import { likelyX0, lengthOf, meanCode, withStandIn, type Layout } from '../../diffusion/layout';
import type { EngineClient, Picture, SampleFrame } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import { END_STEP, endFrame, gridsOf, holdsMask, sampleOf } from './frames';
import { usesMask } from './samplers';
import { MOST_PICTURES, newest, patchKey, pictureKey, type GenerateStore, type PictureKind } from './store';
import { findNode } from './tree';

/** A picture of a state that someone looks at. */
export interface PictureWish {
  readonly run: number;
  readonly step: number;
  readonly sample: number;
  /** 'state': with the visitor's stand-in where [MASK] is left. */
  readonly kind: 'state' | 'x0';
}

export interface PictureWork {
  /** What is looked at now, in order of urgency: it takes the place of every earlier wish. Resolves when all is tried. */
  wantPictures(wishes: readonly PictureWish[]): Promise<void>;
  /** The same, apart from what is looked at: one after the other, as they are asked for. @throws where one cannot be made */
  decodeState(wish: PictureWish, signal: AbortSignal): Promise<Picture>;
  wantPatches(tokenizer: string, level: number, codes: readonly number[]): Promise<void>;
  /** For each grid the code nearest to the mean of its codebook. */
  meanCodes(tokenizer: string, layout: Layout): Promise<readonly number[]>;
}

/** Patches decoded in one call. */
const patchChunk = 32;

/** The kind under which a picture is kept: where no [MASK] is left there is nothing to stand in for. */
export function kindOf(
  frame: SampleFrame,
  sample: number,
  layout: Layout,
  standIn: 'x0' | 'mean',
  kind: PictureWish['kind'],
): PictureKind {
  if (kind === 'x0') return 'x0';
  return holdsMask(sampleOf(frame.codes, sample, lengthOf(layout)), layout) ? `state-${standIn}` : 'state';
}

/**
 * @param life fires at the end of the session
 * @param free resolves when no run is going on: the engine does one thing at a time
 */
export function createPictureWork(
  store: GenerateStore,
  engine: EngineClient,
  life: () => AbortSignal,
  free: () => Promise<void>,
): PictureWork {
  let wishes: readonly PictureWish[] = [];
  let pump: Promise<void> | null = null;
  const means = new Map<string, Promise<readonly number[]>>();
  const pending = new Set<string>();

  const warn = (error: unknown) => {
    if (!isAbort(error)) console.warn('tessera: side work failed:', messageOf(error));
  };

  function meanCodes(tokenizer: string, layout: Layout): Promise<readonly number[]> {
    const known = means.get(tokenizer);
    if (known) return known;
    const asked = Promise.all(
      layout.map(async ({ codebookSize }, level) => meanCode(await engine.codebook(tokenizer, level), codebookSize)),
    );
    means.set(tokenizer, asked);
    asked.catch(() => means.delete(tokenizer));
    return asked;
  }

  /** What a wish is about; null where the run, its model or the step is gone. */
  function sourceOf({ run, step, sample, kind }: PictureWish) {
    const { tree, models, traces, view } = store.getState();
    const node = findNode(tree, run);
    const model = models.find(({ id }) => id === node?.options.model);
    const frame = step === END_STEP ? node && endFrame(node) : traces.get(run)?.find((one) => one.step === step);
    if (!node || !model || !frame) return null;
    const layout = model.config.grids;
    const key = pictureKey(run, step, sample, kindOf(frame, sample, layout, view.standIn, kind));
    return { node, model, frame, layout, key, standIn: view.standIn };
  }

  async function decodeState(wish: PictureWish, signal: AbortSignal): Promise<Picture> {
    const source = sourceOf(wish);
    if (!source) throw new Error('This step is no longer kept: run it again.');
    const known = store.getState().pictures.get(source.key);
    if (known) return known;
    const { node, model, frame, layout, key, standIn } = source;
    const N = lengthOf(layout);
    const codes = sampleOf(frame.codes, wish.sample, N);
    const opinion = {
      best: sampleOf(frame.best, wish.sample, N),
      confidence: sampleOf(frame.confidence, wish.sample, N),
    };
    const mean = usesMask(model) ? await meanCodes(node.tokenizer, layout) : [];
    const whole =
      wish.kind === 'x0' ? likelyX0(codes, opinion, mean, layout) : withStandIn(codes, opinion, standIn, mean, layout);
    const picture = await engine.decode(node.tokenizer, gridsOf(whole, layout), { signal });
    store.setState(({ pictures }) => ({ pictures: newest(new Map(pictures).set(key, picture), MOST_PICTURES) }));
    return picture;
  }

  async function work(): Promise<void> {
    for (;;) {
      await free();
      const [next] = wishes;
      if (!next || life().aborted) return;
      wishes = wishes.slice(1);
      const source = sourceOf(next);
      if (!source || store.getState().pictures.has(source.key)) continue;
      try {
        await decodeState(next, life());
      } catch (error) {
        warn(error);
      }
    }
  }

  return {
    meanCodes,
    decodeState,
    wantPictures(wanted) {
      wishes = wanted;
      pump ??= work().finally(() => (pump = null));
      return pump;
    },
    async wantPatches(tokenizer, level, codes) {
      const keyOf = (code: number) => patchKey(tokenizer, level, code);
      const wanted = [...new Set(codes)].filter(
        (code) => !store.getState().patches.has(keyOf(code)) && !pending.has(keyOf(code)),
      );
      wanted.forEach((code) => pending.add(keyOf(code)));
      try {
        for (let at = 0; at < wanted.length; at += patchChunk) {
          await free();
          const chunk = wanted.slice(at, at + patchChunk);
          const pictures = await engine.decodePatches(tokenizer, level, chunk, { signal: life() });
          const patches = new Map(store.getState().patches);
          chunk.forEach((code, i) => {
            const picture = pictures[i];
            if (picture) patches.set(keyOf(code), picture);
          });
          store.setState({ patches });
        }
      } catch (error) {
        warn(error);
      } finally {
        wanted.forEach((code) => pending.delete(keyOf(code)));
      }
    },
  };
}

/** The mean colour of a picture under every place of each code of a grid, as CSS colours by code. */
export function coloursOf(picture: Picture, codes: Int32Array, width: number, height: number): Map<number, string> {
  const sums = new Map<number, [number, number, number, number]>();
  const columnOf = (x: number) => Math.floor((x * width) / picture.width);
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++) {
      const code = codes[Math.floor((y * height) / picture.height) * width + columnOf(x)] ?? 0;
      const sum = sums.get(code) ?? [0, 0, 0, 0];
      sums.set(code, sum);
      const at = (y * picture.width + x) * 4;
      for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (picture.data[at + c] ?? 0);
      sum[3]++;
    }
  const css = ([r, g, b, n]: [number, number, number, number]) =>
    `rgb(${[r, g, b].map((total) => Math.round(total / n)).join(' ')})`;
  return new Map([...sums].map(([code, sum]) => [code, css(sum)]));
}
