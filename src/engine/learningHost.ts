/**
 * The part of the engine that learns in the tab, or goes down a slope: tiles, latents, the collapse theatre, codebooks that grow. Each has a room of its own
 * behind a door, so that none of it is downloaded before it is used.
 */
import type { EngineApi, Report } from './api';
import type { Backend } from './backend';
import type { Calls } from './calls';
import { FitRoom } from './fit/room';
import { GrowRoom } from './grow/room';
import type { ModelShelf } from './modelShelf';
import type { RunControl } from './runs';
import { SampleMemory } from './sampling/open';
import { TheatreRoom } from './theatre/room';
import { TileClass } from './tiles/tileClass';
import type {
  ExactOptions,
  ExactResult,
  FitOptions,
  FitReport,
  FitResult,
  GrownWeights,
  GrowOptions,
  GrowReport,
  Growth,
  LearntTiles,
  ModelFile,
  SampleFrame,
  TheatreFrame,
  TheatreOptions,
  TheatreResult,
  TilesReport,
  TrainTilesOptions,
} from './types';

type Learning =
  | 'fitLatents'
  | 'trainTiles'
  | 'learntTiles'
  | 'sampleLearnt'
  | 'trainTheatre'
  | 'growCodebook'
  | 'growth'
  | 'grownWeights'
  | 'grownFiles'
  | 'resetGrowth';

export abstract class LearningHost implements Pick<EngineApi, Learning> {
  protected tiles = new TileClass(null);
  private readonly fits = new FitRoom();
  private readonly theatre = new TheatreRoom();
  private readonly growing = new GrowRoom();

  protected abstract readonly calls: Calls;
  protected abstract get live(): Backend;
  protected abstract get shelf(): ModelShelf;
  /** One call at a time, on a living device. */
  protected abstract guarded<T>(call: number, work: (control: RunControl) => Promise<T>, report?: Report): Promise<T>;

  fitLatents(
    call: number,
    options: FitOptions,
    onReport?: (report: FitReport) => void,
    report?: Report,
  ): Promise<FitResult> {
    return this.guarded(call, (control) => this.fits.fit(this.shelf, this.live, options, control, onReport), report);
  }

  trainTiles(
    call: number,
    options: TrainTilesOptions,
    onReport?: (report: TilesReport) => void,
    report?: Report,
  ): Promise<LearntTiles> {
    const lesson = this.tiles.lesson(options, onReport);
    return this.guarded(call, (control) => lesson(this.live, control), report);
  }

  learntTiles(): Promise<LearntTiles[]> {
    return this.tiles.list();
  }

  sampleLearnt(
    call: number,
    options: ExactOptions,
    onFrame?: (frame: SampleFrame) => void,
    report?: Report,
  ): Promise<ExactResult> {
    const kept = new SampleMemory();
    return this.guarded(
      call,
      (control) => this.tiles.sample(this.live, options, (program) => kept.take(program), control, onFrame),
      report,
    );
  }

  trainTheatre(
    call: number,
    options: TheatreOptions,
    onFrame?: (frame: TheatreFrame) => void,
    report?: Report,
  ): Promise<TheatreResult> {
    return this.guarded(call, (control) => this.theatre.perform(options, control, onFrame), report);
  }

  growCodebook(
    call: number,
    options: GrowOptions,
    onReport?: (report: GrowReport) => void,
    report?: Report,
  ): Promise<Growth> {
    const lesson = this.growing.lesson(options, onReport);
    return this.guarded(call, (control) => lesson(this.shelf, this.live, control), report);
  }

  /** Waits for its turn, as all that follow do: a step is whole, or it has not been. */
  growth(call: number): Promise<Growth | null> {
    return this.calls.run(call, () => Promise.resolve(this.growing.growth()));
  }

  grownWeights(call: number): Promise<GrownWeights> {
    return this.calls.run(call, () => Promise.resolve().then(() => this.growing.weights()));
  }

  grownFiles(call: number): Promise<ModelFile[]> {
    return this.calls.run(call, () => this.growing.files());
  }

  resetGrowth(call: number): Promise<void> {
    return this.calls.run(call, () => Promise.resolve(this.growing.reset()));
  }
}
