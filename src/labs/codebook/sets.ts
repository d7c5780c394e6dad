/** Sets of pictures whose codes are counted. */
import { countCodes } from '../../codebook/counts';
import type { CodeGrid } from '../../engine/types';
import { selectGrid, selectLevel, selectModel, selectSize, selectUsage, type CodebookState } from './store';

/** A set as the Health page shows it, at one level. */
export interface CodeSet {
  readonly name: string;
  readonly title: string;
  readonly pictures: number;
  /** [codebookSize] */
  readonly counts: ArrayLike<number>;
  /**
   * Counts of many pictures, to draw codes from: the training set's, which came with the model. A few pictures' own would not do: drawing from them
   * again leaves out even more codes.
   */
  readonly reference: ArrayLike<number> | null;
  /** The codes of each picture, where they are known: not for the sets that came with the model. */
  readonly grids: readonly { readonly name: string; readonly grid: CodeGrid }[] | null;
  /** Changes when anything of it does. */
  readonly key: string;
}

const TITLES: Readonly<Record<string, string>> = {
  train: 'Training set',
  heldout: 'Held out',
  picture: 'This picture',
  samples: 'Built-in pictures',
  own: 'Your pictures',
};

/** The sets that there are; those of the visitor's even before they hold a picture, so that they can be filled. */
export const setNames = (state: CodebookState): { name: string; title: string }[] =>
  [...(selectUsage(state)?.sets.map(({ name }) => name) ?? []), 'picture', 'samples', 'own'].map((name) => ({
    name,
    title: TITLES[name] ?? name,
  }));

/** The set of the spec, or the first that there is. */
export function selectSetName(state: CodebookState): string {
  const names = setNames(state).map(({ name }) => name);
  return names.includes(state.spec.set) ? state.spec.set : names[0]!;
}

/** A set by name, counted; null while it is empty. Counting takes a moment: ask for it in a memo. */
export function codeSetOf(state: CodebookState, name: string): CodeSet | null {
  const model = selectModel(state);
  if (!model) return null;
  const [level, size] = [selectLevel(state), selectSize(state)];
  const title = TITLES[name] ?? name;
  const usage = selectUsage(state);
  const shipped = usage?.sets.find((set) => set.name === name);
  const reference = (usage?.sets.find((set) => set.name === 'train') ?? usage?.sets[0])?.counts[level] ?? null;
  const key = (pictures: number) => `${model.id}/${level}/${name}/${pictures}`;
  if (shipped) {
    const { pictures, counts } = shipped;
    return { name, title, pictures, counts: counts[level]!, reference, grids: null, key: key(pictures) };
  }
  if (name === 'picture') {
    const grid = selectGrid(state);
    if (!grid || !state.picture) return null;
    const grids = [{ name: state.picture.name, grid }];
    const own = `${key(1)} ${pictureKey(state)}`;
    return { name, title, pictures: 1, counts: countCodes([grid], size), reference, grids, key: own };
  }
  const collection = name === 'samples' || name === 'own' ? state.collections[name] : null;
  if (collection?.modelId !== model.id || collection.pictures.length === 0) return null;
  const grids = collection.pictures.map((picture) => ({ name: picture.name, grid: picture.codes[level]! }));
  const counts = countCodes(
    grids.map(({ grid }) => grid),
    size,
  );
  return {
    name,
    title,
    pictures: grids.length,
    counts,
    reference,
    grids,
    key: `${key(grids.length)} ${numberOf(collection)}`,
  };
}

/** A number for each object: equal keys, equal codes. */
const numbers = new WeakMap<object, number>();
let next = 1;
function numberOf(object: object): number {
  if (!numbers.has(object)) numbers.set(object, next++);
  return numbers.get(object)!;
}
const pictureKey = ({ picture }: CodebookState): number => (picture ? numberOf(picture) : 0);
