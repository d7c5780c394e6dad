/** Growing for unit tests: nothing is learnt, but steps are counted and held, and the error falls with them. */
import type { CodeGrid, GrownWeights, GrowOptions, GrowReport, Growth, ModelFile, Picture } from '../../engine/types';

interface Parts {
  readonly onReport?: ((report: GrowReport) => void) | undefined;
  /** Waits between two steps, and rejects where the run was aborted. */
  readonly breathe: () => Promise<void>;
  readonly codebookSize: number;
  readonly encode: (picture: Picture) => CodeGrid;
  readonly decode: (grid: CodeGrid) => Picture;
}

/** Steps between two measurements. */
const MEASURE_EVERY = 4;

const scoreAt = (step: number) => ({
  latentError: 1 / (1 + step),
  pictureError: 200 / (1 + step / 10),
  psnr: 20 + step / 10,
});

export class FakeGrow {
  private held: { readonly options: GrowOptions; growth: Growth } | null = null;

  async grow(options: GrowOptions, { onReport, breathe, codebookSize, encode, decode }: Parts): Promise<Growth> {
    if (options.from === 'start') {
      const inputs = options.heldOut.slice(0, 8);
      const before = inputs.map((picture) => decode(encode(picture)));
      const growth: Growth = {
        ...{
          modelId: options.modelId,
          steps: 0,
          size: codebookSize,
          decoder: options.decoder,
          canRevive: true,
          backend: 'tfjs (fake)',
        },
        ...{ pictures: options.pictures.length, heldOut: options.heldOut.length, stepMs: null, before: scoreAt(0) },
        ...{ curve: [], counts: new Int32Array(codebookSize).fill(1), shown: { inputs, before, now: before } },
      };
      this.held = { options, growth };
    }
    const { held } = this;
    if (!held) throw new Error('Nothing has grown yet.');
    const tell = (isMeasured: boolean) => {
      const { steps, curve } = held.growth;
      const point = {
        ...{ step: steps, latentError: 1 / (1 + steps), used: codebookSize, perplexity: codebookSize, revived: 1 },
        ...{ decoderLoss: null, score: isMeasured ? scoreAt(steps) : null },
      };
      held.growth = { ...held.growth, curve: [...curve, point] };
      onReport?.({ steps, point, growth: isMeasured ? held.growth : null });
    };
    if (held.growth.curve.length === 0) tell(true);
    for (let step = 1; step <= options.steps; step++) {
      await breathe();
      held.growth = { ...held.growth, steps: held.growth.steps + 1, stepMs: 1 };
      tell(step % MEASURE_EVERY === 0 || step === options.steps);
    }
    return held.growth;
  }

  growth(): Promise<Growth | null> {
    return Promise.resolve(this.held?.growth ?? null);
  }

  weights(codeDim: number): Promise<GrownWeights> {
    if (!this.held) return Promise.reject(new Error('Nothing has grown yet.'));
    const { modelId, size } = this.held.growth;
    const remap = Int32Array.from({ length: size }, (_, code) => code);
    return Promise.resolve({ modelId, rows: new Float32Array(size * codeDim), remap, tensors: {} });
  }

  files(): Promise<ModelFile[]> {
    if (!this.held) return Promise.reject(new Error('Nothing has grown yet.'));
    return Promise.resolve(['manifest.json', 'model.safetensors'].map((name) => ({ name, blob: new Blob(['{}']) })));
  }

  reset(): Promise<void> {
    this.held = null;
    return Promise.resolve();
  }
}
