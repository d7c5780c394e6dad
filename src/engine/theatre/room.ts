/** The theatre behind a door: its code, and tfjs, are loaded by the first show. */
import type { RunControl } from '../runs';
import type { Theatre } from './theatre';
import type { TheatreFrame, TheatreOptions, TheatreResult } from './types';

export class TheatreRoom {
  private theatre: Promise<Theatre> | null = null;

  /** See `Theatre.perform`. */
  async perform(
    options: TheatreOptions,
    control: RunControl,
    onFrame?: (frame: TheatreFrame) => void,
  ): Promise<TheatreResult> {
    this.theatre ??= import('./theatre').then(({ Theatre }) => new Theatre());
    return (await this.theatre).perform(options, control, onFrame);
  }
}
