import { expose } from 'comlink';
import { mixSteps, type Latents, type MixStep, type Quantizer } from './quantize';
import { CodeSpace } from './space';

const spaces = new Map<string, CodeSpace>();

const api = {
  /** @param key names the codebook for `ladders` */
  openSpace(key: string, rows: Float32Array, size: number, cosine: boolean): void {
    spaces.set(key, new CodeSpace(rows, size, cosine));
  },
  /** For each code its `count` nearest. */
  ladders(key: string, codes: readonly number[], count: number): Int32Array[] {
    const space = spaces.get(key);
    if (!space) throw new Error(`The codebook "${key}" is not open.`);
    return codes.map((code) => space.nearest(code, count));
  },
  /** Steps from one picture's latents to another's, `steps` of them, both ends included; each is told when it is made. */
  async mix(
    quantizer: Quantizer,
    from: Latents,
    to: Latents,
    steps: number,
    onStep: (step: MixStep) => Promise<boolean> | boolean,
  ): Promise<void> {
    for (const step of mixSteps(quantizer, from, to, steps))
      // The page says whether it still wants the next one.
      if (!(await onStep(step))) return;
  },
};

export type PaintWorker = typeof api;

expose(api);
