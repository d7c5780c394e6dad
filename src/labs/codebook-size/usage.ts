/** Whose use of the codes decides which go first. */
import { addCounts } from '../../codebook/counts';
import { readUsage } from '../../codebook/usageFile';
import type { CallOptions, EngineClient, Picture, TokenizerSummary } from '../../engine/types';
import { messageOf } from '../abort';

export interface Counted {
  /** [level][codebookSize] */
  readonly counts: readonly (readonly number[])[];
  /** Whose pictures were counted, in words that follow "by its use in". */
  readonly words: string;
  /** The training set's, as the model's folder says; else counted here. */
  readonly isShipped: boolean;
  /** Why the folder's was not taken. */
  readonly problem: string | null;
}

/**
 * The counts of the model's own training set; where its folder has none, those of the pictures that `pictures` gives.
 * @param pictures loads the pictures to count instead, one at a time
 */
export async function countUsage(
  engine: EngineClient,
  model: TokenizerSummary,
  pictures: readonly (() => Promise<Picture>)[],
  call: CallOptions & { readonly signal: AbortSignal },
): Promise<Counted> {
  let problem: string | null = null;
  try {
    const file = await readUsage(await engine.modelFile(model.id, 'usage.json'), model.codebookSizes);
    const set = file?.sets.find(({ name }) => name === 'train') ?? file?.sets[0];
    if (set) return { counts: set.counts, words: setWords(set), isShipped: true, problem };
    problem = `${model.title} comes without usage.json, the count of its codes.`;
  } catch (error) {
    problem = messageOf(error);
  }
  const counts = model.codebookSizes.map((size) => new Array<number>(size).fill(0));
  let done = 0;
  for (const load of pictures) {
    call.signal.throwIfAborted();
    call.onProgress?.({
      stage: 'encode',
      fraction: done / pictures.length,
      message: `Counting codes: picture ${done + 1} of ${pictures.length}`,
    });
    const { codes } = await engine.encode(model.id, await load(), {}, { signal: call.signal });
    codes.forEach(({ indices }, level) => addCounts(counts[level]!, indices));
    done++;
  }
  return { counts, words: `${done} pictures counted here: your own and the samples`, isShipped: false, problem };
}

const setWords = ({ name, pictures }: { readonly name: string; readonly pictures: number }): string =>
  `${pictures.toLocaleString('en-US')} pictures of its ${name === 'train' ? 'training' : name} set`;
