/** The theatre's engine for unit tests: nothing is learnt, but steps are counted, kept and drawn; a recipe that revives has more codes alive. */
import type { TheatreActorFrame, TheatreFrame, TheatreOptions, TheatreRecipe, TheatreResult } from '../../engine/types';

interface Parts {
  readonly onFrame?: ((frame: TheatreFrame) => void) | undefined;
  /** Waits between two frames, and rejects where the run was aborted. */
  readonly breathe: () => Promise<void>;
}

const EXAMPLES = 4;

function actorFrame(codebookSize: number, step: number, { revival }: TheatreRecipe): TheatreActorFrame {
  const used = Math.max(1, revival ? codebookSize : Math.round(codebookSize / (1 + step)));
  return {
    ...{ used, perplexity: used, error: 1 / (1 + step), codebookSize, codeDim: 2, revived: [] },
    counts: Float64Array.from({ length: codebookSize }, (_, i) => (i < used ? EXAMPLES : 0)),
    idle: Int32Array.from({ length: codebookSize }, (_, i) => (i < used ? 0 : step)),
    vectors: Float32Array.from({ length: 2 * codebookSize }, (_, i) => Math.sin(i)),
    decoded: Float32Array.from({ length: 2 * codebookSize }, (_, i) => Math.sin(i)),
    latents: Float32Array.from({ length: 2 * EXAMPLES }, (_, i) => Math.cos(i)),
    indices: new Int32Array(EXAMPLES),
    outputs: new Float32Array(2 * EXAMPLES),
  };
}

export class FakeTheatre {
  private kept: { readonly key: string; step: number } | null = null;

  async perform(options: TheatreOptions, { onFrame, breathe }: Parts): Promise<TheatreResult> {
    const { stage, recipes, from, steps, stepsPerFrame } = options;
    const key = JSON.stringify([stage, recipes]);
    if (from === 'scratch' || this.kept?.key !== key) this.kept = { key, step: 0 };
    const kept = this.kept;
    const frame = (): TheatreFrame => ({
      step: kept.step,
      actors: recipes.map((recipe) => actorFrame(stage.codebookSize, kept.step, recipe)),
      stepMs: kept.step > 0 ? 1 : null,
    });
    for (let done = 0; done < steps; done += stepsPerFrame) {
      kept.step += Math.min(stepsPerFrame, steps - done);
      onFrame?.(frame());
      await breathe();
    }
    const examples = new Float32Array(2 * EXAMPLES);
    return { scene: { inputs: 2, examples, picture: null }, frame: frame(), backend: 'tfjs on the CPU (fake)' };
  }
}
