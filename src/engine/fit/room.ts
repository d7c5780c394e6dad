/** Fitting behind a door: its code, and tfjs's gradients, are loaded by the first call. */
import { openTfjsBeside } from '../../tfjs/device';
import type { TfjsBackend } from '../../tfjs/types';
import type { Backend } from '../backend';
import type { ModelShelf } from '../modelShelf';
import type { RunControl } from '../runs';
import type { FitOptions, FitReport, FitResult } from './types';

export class FitRoom {
  private desk: { readonly backend: Backend; readonly tfjs: TfjsBackend } | null = null;

  /** See `fitLatents` in `fit.ts`. */
  async fit(
    shelf: ModelShelf,
    backend: Backend,
    options: FitOptions,
    control: RunControl,
    onReport?: (report: FitReport) => void,
  ): Promise<FitResult> {
    const [{ fitLatents }, tfjs] = await Promise.all([import('./fit'), this.open(backend)]);
    return fitLatents({ shelf, backend, tfjs }, options, control, onReport);
  }

  /** tfjs for this backend of the engine, opened once. */
  private async open(backend: Backend): Promise<TfjsBackend> {
    if (this.desk?.backend === backend) return this.desk.tfjs;
    const tfjs = backend.kind === 'webgpu' ? await openTfjsBeside(backend.context) : backend.tfjs;
    this.desk = { backend, tfjs };
    return tfjs;
  }
}
