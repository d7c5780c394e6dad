/** The school of tiles behind a door: its code, and tfjs, are loaded when somebody learns. */
import type { Backend } from '../backend';
import type { RunControl } from '../runs';
import type { ExactResult } from '../sampling/types';
import type { TileSchool } from './school';
import type { LearntTiles, TilesReport, TrainTilesOptions } from './types';

export class TileClass {
  private school: Promise<TileSchool> | null = null;

  /** @param weightsUrl folder of the shipped weights, or null */
  constructor(private readonly weightsUrl: string | null) {}

  /** A call's learning, to be run again after a lost device: it then goes on with what was kept. */
  lesson(
    options: TrainTilesOptions,
    onReport?: (report: TilesReport) => void,
  ): (backend: Backend, control: RunControl) => Promise<LearntTiles> {
    let first: number | null = null;
    let last = 0;
    const hear = (report: TilesReport) => {
      first ??= report.point.step;
      last = report.point.step;
      onReport?.(report);
    };
    return async (backend, control) => {
      const left =
        first === null ? options : { ...options, from: 'kept' as const, steps: options.steps + first - last };
      return (await this.open()).train(backend, left, control, hear);
    };
  }

  async list(): Promise<LearntTiles[]> {
    return this.school ? (await this.school).list() : [];
  }

  async sample(...given: Parameters<TileSchool['sample']>): Promise<ExactResult> {
    return (await this.open()).sample(...given);
  }

  private open(): Promise<TileSchool> {
    this.school ??= import('./school').then(({ TileSchool }) => new TileSchool(this.weightsUrl));
    return this.school;
  }
}
