/** Growing behind a door: its code, and tfjs's gradients, are loaded by the first call. One codebook is held, until it is reset. */
import { openTfjsBeside } from '../../tfjs/device';
import type { Backend } from '../backend';
import type { ModelShelf } from '../modelShelf';
import type { RunControl } from '../runs';
import type { Garden } from './grow';
import type { GrownWeights, GrowOptions, GrowReport, Growth, ModelFile } from './types';

const NOTHING = 'Nothing has grown yet, or it was reset: let a codebook grow first.';

export class GrowRoom {
  private garden: Garden | null = null;

  /** A call's growing, to be run again after a lost device: it then goes on with what is held. */
  lesson(
    options: GrowOptions,
    onReport?: (report: GrowReport) => void,
  ): (shelf: ModelShelf, backend: Backend, control: RunControl) => Promise<Growth> {
    let isPlanted = false;
    /** Steps at the end of this call. */
    let goal: number | null = null;
    return async (shelf, backend, control) => {
      const [{ Garden, checkSteps }, tfjs] = await Promise.all([
        import('./grow'),
        backend.kind === 'webgpu' ? openTfjsBeside(backend.context) : Promise.resolve(backend.tfjs),
      ]);
      checkSteps(options.steps);
      const parts = { shelf, backend, tfjs };
      if (options.from === 'start' && !isPlanted) {
        this.garden = null;
        this.garden = await Garden.plant(parts, options, control);
        isPlanted = true;
      }
      if (!this.garden) throw new Error(NOTHING);
      goal ??= this.garden.steps + options.steps;
      return this.garden.grow(parts, goal - this.garden.steps, control, onReport);
    };
  }

  growth(): Growth | null {
    return this.garden?.isMeasured ? this.garden.growth() : null;
  }

  /** @throws Error where nothing has grown */
  weights(): GrownWeights {
    if (!this.garden) throw new Error(NOTHING);
    return this.garden.weights();
  }

  /** @throws Error where nothing has grown */
  files(): Promise<ModelFile[]> {
    return this.garden ? this.garden.files() : Promise.reject(new Error(NOTHING));
  }

  reset(): void {
    this.garden = null;
  }
}
