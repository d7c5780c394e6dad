/** The lists that a lab of tokenizers starts from: fetched once, again after a failure. */
import type { Capabilities, EngineClient, TokenizerSummary } from '../engine/types';
import { isAbort, messageOf } from './abort';
import type { Sample } from './samples';

export interface Lists {
  /** @throws Error for the visitor where the engine does not start or the models cannot be listed */
  models(): Promise<void>;
  /** Never rejects: without samples there are other pictures. */
  samples(signal: AbortSignal): Promise<void>;
}

export interface ListsReport {
  readonly onCapabilities: (capabilities: Capabilities) => void;
  readonly onModels: (models: readonly TokenizerSummary[]) => void;
  readonly onSamples: (samples: readonly Sample[]) => void;
  readonly onNoSamples: (message: string) => void;
}

export const REMEDY =
  'Put a model folder beside index.json and name it there (docs/model-format.md), drop one on the Models page, or open this page with ?models= and the address of a folder of models.';

export function createLists(
  engine: Pick<EngineClient, 'ready' | 'models'>,
  loadSamples: (signal: AbortSignal) => Promise<Sample[]>,
  report: ListsReport,
): Lists {
  let listed: Promise<void> | null = null;
  let sampled = false;
  return {
    models() {
      listed ??= Promise.all([
        engine.ready.then(report.onCapabilities),
        engine.models().then(
          (models) => report.onModels(models.filter((model) => model.family === 'vqvae')),
          (error: unknown) => {
            throw new Error(`The models could not be listed. ${messageOf(error)} ${REMEDY}`, { cause: error });
          },
        ),
      ]).then(
        () => undefined,
        (error: unknown) => {
          listed = null;
          throw error;
        },
      );
      return listed;
    },
    async samples(signal) {
      if (sampled) return;
      try {
        report.onSamples(await loadSamples(signal));
        sampled = true;
      } catch (error) {
        if (!isAbort(error)) report.onNoSamples(messageOf(error));
      }
    },
  };
}
