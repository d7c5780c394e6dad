/** What the recipes and the data are called, and what is worth a try. Pure. */
import { defaultSpec, PLAIN_RECIPE, type CollapseSpec, type RecipeSpec } from './spec';

export const DATA_WORDS: Readonly<Record<CollapseSpec['data'], string>> = {
  blobs: 'Ring of blobs',
  ring: 'Ring',
  spiral: 'Spiral',
  moons: 'Two moons',
  garments: 'Drawn clothes',
};

const INIT_WORDS: Readonly<Record<RecipeSpec['init'], string>> = {
  uniform: 'uniform start',
  normal: 'normal start',
  kmeans: 'k-means start',
};

/** A recipe in a line. */
export function recipeWords(recipe: RecipeSpec): string {
  const { quantizer, update, init, revival, distance, gradient } = recipe;
  const shared = [distance === 'cosine' && 'cosine', gradient === 'rotation' && 'rotation trick'];
  const parts =
    quantizer === 'fsq'
      ? ['FSQ']
      : quantizer === 'simvq'
        ? ['SimVQ', ...shared]
        : [update === 'ema' ? 'EMA' : 'Plain loss', INIT_WORDS[init], revival && 'revival', ...shared];
  return parts.filter(Boolean).join(', ');
}

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** What to look at. */
  readonly watch: string;
  readonly spec: Partial<CollapseSpec>;
}

const FULL: RecipeSpec = { ...PLAIN_RECIPE, update: 'ema', init: 'kmeans', revival: true };

export const PRESETS: readonly Preset[] = [
  {
    id: 'collapse',
    title: 'Plain loss, uniform start',
    watch:
      'Watch the left side collapse: all codes begin in one tiny heap, the few on its rim win every point, and the others are never pulled anywhere. The right side starts among the data and revives what dies.',
    spec: { left: PLAIN_RECIPE, right: FULL },
  },
  {
    id: 'start',
    title: 'The start alone',
    watch:
      'Both follow the plain loss; only the start differs. Codes that begin on data are chosen, and so they learn.',
    spec: { left: PLAIN_RECIPE, right: { ...PLAIN_RECIPE, init: 'kmeans' } },
  },
  {
    id: 'revival',
    title: 'Revival alone',
    watch:
      'The same bad start on both sides; on the right a code that nobody chose for 20 steps moves to a point of the batch (the rings that flash).',
    spec: { left: PLAIN_RECIPE, right: { ...PLAIN_RECIPE, revival: true } },
  },
  {
    id: 'ema',
    title: 'Loss or moving averages',
    watch:
      'From the same normal start: codes that follow the loss, and codes that are the moving average of their points. Neither wakes a code that nobody chooses.',
    spec: { left: { ...PLAIN_RECIPE, init: 'normal' }, right: { ...PLAIN_RECIPE, init: 'normal', update: 'ema' } },
  },
  {
    id: 'rotation',
    title: 'Rotation trick',
    watch:
      'The same bad start; the gradient goes straight through on the left, and is turned and stretched from point to code on the right. Then it depends on where a point lies around its code: points are pushed apart, and reach other codes.',
    spec: { left: PLAIN_RECIPE, right: { ...PLAIN_RECIPE, gradient: 'rotation' } },
  },
  {
    id: 'simvq',
    title: 'SimVQ',
    watch:
      'On the right the codes are frozen and one learnt linear map moves them all: whoever is chosen pulls the others along.',
    spec: { left: PLAIN_RECIPE, right: { ...PLAIN_RECIPE, quantizer: 'simvq' } },
  },
  {
    id: 'fsq',
    title: 'No codebook: FSQ',
    watch:
      'On the right there is nothing to collapse: the codes are a lattice, and the encoder learns to spread over it.',
    spec: { left: PLAIN_RECIPE, right: { ...PLAIN_RECIPE, quantizer: 'fsq' } },
  },
  {
    id: 'clothes',
    title: 'On pictures',
    watch:
      'Codes of 7 x 7 patches of small clothes, which this page draws itself. The pictures below each atlas come back from its codes.',
    spec: { data: 'garments', left: PLAIN_RECIPE, right: FULL },
  },
];

/** What a preset asks for, on the visitor's seed. */
export const presetSpec = ({ spec }: Preset, { seed }: CollapseSpec): CollapseSpec => ({
  ...defaultSpec,
  ...spec,
  seed,
});
