/** Models that the console's calls ask for by id. */
import type { ModelSummary, PriorSummary } from '../engine/types';

export const priorsOf = (models: readonly ModelSummary[]): PriorSummary[] =>
  models.filter((model) => model.family === 'prior');

/** @throws Error for an id that is none, and where there is no prior */
export function priorNamed(models: readonly ModelSummary[], id: string): PriorSummary {
  const priors = priorsOf(models);
  const found = priors.find((model) => model.id === id);
  if (found) return found;
  throw new Error(
    priors.length
      ? `There is no prior "${id}" here. This page has: ${priors.map((model) => model.id).join(', ')}.`
      : NO_PRIOR,
  );
}

export const NO_PRIOR = 'There is no prior here: drop the folder of one on the Models page.';
