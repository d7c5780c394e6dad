/** What the page is told of a model. */
import type { Manifest, PriorManifest, VqvaeManifest } from '../models/manifest';
import { codeCount } from '../models/prior/config';
import * as priorFacts from '../models/prior/facts';
import { codebookSizes, factor, gridKinds } from '../models/vqvae/config';
import { parameterCount } from '../models/vqvae/facts';
import type { LocalModel } from './localModels';
import type { ModelSummary, PriorSummary, TokenizerSummary } from './types';

export const summarizeLocal = ({ manifest, folder }: LocalModel): ModelSummary => ({
  ...summarize(manifest),
  local: true,
  localFiles: folder.files.map(({ name }) => name),
});

export const summarize = (manifest: Manifest): ModelSummary =>
  manifest.family === 'prior' ? summarizePrior(manifest) : summarizeTokenizer(manifest);

function summarizePrior({ tensors: _, schemaVersion: _version, ...manifest }: PriorManifest): PriorSummary {
  const { weights, config, training, vocabulary } = manifest;
  return {
    ...manifest,
    sizeBytes: weights.sizeBytes,
    codeCount: codeCount(config),
    parameters: priorFacts.parameterCount(config, vocabulary.size),
    metrics: training.metrics,
  };
}

export function summarizeTokenizer({
  tensors: _,
  schemaVersion: _version,
  ...manifest
}: VqvaeManifest): TokenizerSummary {
  const { weights, preprocess, config, training } = manifest;
  return {
    ...manifest,
    sizeBytes: weights.sizeBytes,
    resolution: preprocess.size,
    factor: factor(config),
    codebookSizes: codebookSizes(config),
    grids: gridKinds(config),
    codeDim: config.codeDim,
    quantizer: config.quantizer.kind,
    fit: preprocess.fit,
    parameters: parameterCount(config),
    metrics: training.metrics,
  };
}
