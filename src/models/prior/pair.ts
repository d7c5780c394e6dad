/** A prior speaks of one tokenizer's codes: with another's it would paint noise. */
import { ModelError } from '../errors';
import type { PriorManifest, VqvaeManifest } from '../manifest';
import { codebookSizes, factor } from '../vqvae/config';

/**
 * @throws ModelError 'manifest' that lists everything in which the two differ: id and weights, codebook sizes, the grid's size;
 *   of a gaussian prior the length of a latent
 */
export function checkPair(prior: PriorManifest, tokenizer: VqvaeManifest): void {
  const { config, pairsWith } = prior;
  const { grids } = config;
  const sizes = codebookSizes(tokenizer.config);
  const side = tokenizer.preprocess.size / factor(tokenizer.config);
  const last = grids.at(-1);
  const problems: string[] = [];
  const same = (what: string, needed: number | string, found: number | string) => {
    if (needed !== found) problems.push(`${what}: the prior needs ${needed}, the tokenizer has ${found}`);
  };
  same('id', pairsWith.id, tokenizer.id);
  same('weights', `${pairsWith.sha256.slice(0, 12)}…`, `${tokenizer.weights.sha256.slice(0, 12)}…`);
  if (config.process.kind === 'gaussian') same('length of a latent', config.latentDim ?? 0, tokenizer.config.codeDim);
  else same('codes', grids.map(({ codebookSize }) => codebookSize).join(' + '), sizes.join(' + '));
  same('grid', `${last?.height} x ${last?.width}`, `${side} x ${side}`);
  if (problems.length)
    throw new ModelError('manifest', `${prior.id} does not fit ${tokenizer.id}: ${problems.join('; ')}.`);
}
