/** The lists and the model in force: fetched once, again after a failure. */
import type { EngineClient, Progress, VocabularyView } from '../../engine/types';
import { messageOf, unlessAborted } from '../abort';
import type { Ready } from './services';
import { isPrior, isTokenizer, selectModel, selectTokenizer, type InpaintStore } from './store';

export interface Models {
  lists(): Promise<void>;
  /** The model in force, its tokenizer and vocabulary. @throws Error for the visitor where one of them is missing */
  ready(signal: AbortSignal): Promise<Ready>;
}

/** @param life fires at the end of the session. @param modelsUrl folder of the models, for a message about it */
export function createModels(
  store: InpaintStore,
  engine: EngineClient,
  life: () => AbortSignal,
  modelsUrl: string,
): Models {
  const set = store.setState;
  let listed: Promise<void> | null = null;
  const vocabularies = new Map<string, Promise<VocabularyView>>();

  function lists(): Promise<void> {
    listed ??= Promise.all([
      engine.ready.then((capabilities) => set({ capabilities })),
      engine.models().then(
        (models) => set({ models: models.filter(isPrior), tokenizers: models.filter(isTokenizer) }),
        (error: unknown) => {
          throw new Error(`The models could not be listed. ${messageOf(error)}`, { cause: error });
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
  }

  /** The vocabulary of a prior, which is downloaded for it. */
  function vocabularyOf(modelId: string): Promise<VocabularyView> {
    const known = vocabularies.get(modelId);
    if (known) return known;
    const onProgress = (progress: Progress) => selectModel(store.getState())?.id === modelId && set({ progress });
    const wanted = engine.vocabulary(modelId, { signal: life(), onProgress }).then((vocabulary) => {
      set(({ vocabularies: old }) => ({ vocabularies: new Map(old).set(modelId, vocabulary) }));
      return vocabulary;
    });
    vocabularies.set(modelId, wanted);
    wanted.catch(() => vocabularies.delete(modelId));
    return wanted;
  }

  return {
    lists,
    async ready(signal) {
      await unlessAborted(signal, lists());
      const [model, tokenizer] = [selectModel(store.getState()), selectTokenizer(store.getState())];
      if (!model)
        throw new Error(
          `There is no prior to draw codes from: ${modelsUrl}index.json lists none. Drop the folder of one on the Models page, and come back.`,
        );
      if (!tokenizer)
        throw new Error(
          `${model.title} draws codes of "${model.pairsWith.id}", which is not here. Drop its folder on the Models page, and come back.`,
        );
      return { model, tokenizer, vocabulary: await unlessAborted(signal, vocabularyOf(model.id)) };
    },
  };
}
