/** From one picture's latents to another's, quantized at every step. */
import { changesTo } from '../../codebook/paint/change';
import type { MixStep, Quantizer } from '../../codebook/paint/quantize';
import type { CodeGrid, Picture, TokenizerSummary } from '../../engine/types';
import { isAbort, messageOf } from '../abort';
import { comparesDirections } from '../codebooks';
import type { Shared } from './services';
import { selectModel, type Mix, type Opened, type PaintState } from './store';

/** Steps of the slider, both pictures included. */
export const MIX_STEPS = 33;
/** Every so many steps one is shown in the strip. */
export const STRIP_EVERY = 4;

export interface Mixing {
  /** Makes the steps between the painting's picture and the second one, and the pictures of the strip. */
  mix(): Promise<void>;
  /** Looks at one step. */
  mixAt(at: number): Promise<void>;
  /** The step that is looked at becomes the painting (undoable). */
  takeMix(): void;
  stopMix(): void;
}

/** Why the two pictures cannot be mixed, in words; null where they can. */
export function whyNoMix({ opened, second }: Pick<PaintState, 'opened' | 'second'>): string | null {
  if (!opened || !second) return 'Choose a second picture above: the way leads to it.';
  if (!opened.latents || !second.latents)
    return 'These codes came without a picture, so there are no latents to start from. Open a picture instead.';
  const odd = opened.base.find(
    (grid, i) => second.base[i]?.width !== grid.width || second.base[i].height !== grid.height,
  );
  return odd
    ? `The pictures have different sizes: ${sides(opened)} and ${sides(second)} codes. Read both as one square.`
    : null;
}

const sides = ({ base }: Opened): string => `${base.at(-1)?.width} × ${base.at(-1)?.height}`;

/** The codes of a step as grids like those of a picture. */
const gridsOf = (step: MixStep, like: readonly CodeGrid[]): CodeGrid[] =>
  like.map((grid, level) => ({ ...grid, indices: step.codes[level]! }));

export function createMixing(shared: Shared): Mixing {
  const { store, engine, paint, life, say } = shared;
  let job: AbortController | null = null;
  /** Steps whose pictures are wanted, the one that is looked at first. */
  let wanted: number[] = [];
  let decoding: Promise<void> | null = null;

  const update = (mine: AbortSignal, patch: (mix: Mix) => Partial<Mix>) => {
    const { mix } = store.getState();
    if (mix && job?.signal === mine) store.setState({ mix: { ...mix, ...patch(mix) } });
  };

  async function quantizerOf(model: TokenizerSummary): Promise<Quantizer> {
    const { quantizer } = model.config;
    const levels = quantizer.kind === 'fsq' ? [] : model.codebookSizes.map((_, level) => level);
    const codebooks = await Promise.all(levels.map(async (level) => (await shared.codebook(model, level)).rows));
    return {
      ...{ kind: quantizer.kind, codeDim: model.codeDim, codebooks },
      cosine: comparesDirections(model),
      fsqLevels: quantizer.kind === 'fsq' ? quantizer.levels : null,
    };
  }

  async function decodeAll(opened: Opened, signal: AbortSignal): Promise<void> {
    for (let at = wanted.shift(); at !== undefined; at = wanted.shift()) {
      const { mix } = store.getState();
      const step = mix?.steps[at];
      if (!step || mix.pictures.has(at)) continue;
      const picture: Picture = await engine.decode(opened.modelId, gridsOf(step, opened.base), { signal });
      const done = at;
      update(signal, ({ pictures }) => ({ pictures: new Map(pictures).set(done, picture) }));
    }
  }

  function decode(opened: Opened, signal: AbortSignal): Promise<void> {
    decoding ??= decodeAll(opened, signal).finally(() => (decoding = null));
    return decoding;
  }

  return {
    async mix() {
      const { opened, second } = store.getState();
      const model = selectModel(store.getState());
      const why = whyNoMix({ opened, second });
      if (why || !opened?.latents || !second?.latents || !model) return say('info', why ?? 'There is nothing to mix.');
      job?.abort();
      await decoding?.catch(() => undefined);
      const mine = (job = new AbortController());
      const signal = AbortSignal.any([mine.signal, life()]);
      wanted = [];
      store.setState({
        mix: { count: MIX_STEPS, steps: [], pictures: new Map(), at: (MIX_STEPS - 1) / 2, running: true },
      });
      try {
        const request = {
          quantizer: await quantizerOf(model),
          from: opened.latents,
          to: second.latents,
          steps: MIX_STEPS,
        };
        await paint.mix(request, (step) => update(mine.signal, ({ steps }) => ({ steps: [...steps, step] })), signal);
        const strip = Array.from({ length: MIX_STEPS }, (_, i) => i).filter((i) => i % STRIP_EVERY === 0);
        wanted.push(store.getState().mix?.at ?? 0, ...strip);
        await decode(opened, mine.signal);
      } catch (error) {
        if (!isAbort(error)) say('bad', `The pictures could not be mixed. ${messageOf(error)}`);
      } finally {
        update(mine.signal, () => ({ running: false }));
      }
    },
    async mixAt(at) {
      const { mix, opened } = store.getState();
      if (!mix || !opened || !job) return;
      const { signal } = job;
      update(signal, () => ({ at }));
      if (mix.pictures.has(at) || !mix.steps[at]) return;
      // Only the newest step that is looked at is wanted; the strip goes on after it.
      wanted = [at, ...wanted.filter((one) => one % STRIP_EVERY === 0)];
      try {
        await decode(opened, signal);
      } catch (error) {
        if (!isAbort(error)) say('bad', messageOf(error));
      }
    },
    takeMix() {
      const { mix } = store.getState();
      const step = mix?.steps[mix.at];
      const history = shared.history();
      if (!mix || !step || !history) return;
      const done = history.edit(changesTo(history.grids, step.codes), { label: `Mix, ${Math.round(step.t * 100)} %` });
      if (done) shared.changed();
      else say('info', 'The painting has exactly these codes already.');
    },
    stopMix: () => job?.abort(),
  };
}
