/** Golden replay of a prior: one evaluation, tensor by tensor (docs/model-format.md, "Golden file"). */
import type { Graph } from '../../graph/ir';
import { ModelError } from '../errors';
import { compare, tensor, type GoldenEntry, type Runner } from '../golden';
import type { PriorModel } from '../loader';
import { asFloats, asIntegers, type TensorEntry } from '../safetensors';
import { buildPrior, timeFeatures } from './graph';

const INPUTS = ['tokens', 'xt', 'context', 't'];

/** The graph that a replay runs: one sample, every golden tensor kept. */
export const priorGoldenGraph = ({ manifest }: PriorModel): Graph =>
  buildPrior(manifest.config, manifest.vocabulary.size, 1, { taps: true });

/**
 * Compares every tensor of the golden file.
 * @param graph from `priorGoldenGraph`; `run` runs it
 * @throws ModelError where the golden file lacks a tensor or has one that the graph does not know
 */
export async function replayPriorGolden(
  { manifest: { config } }: PriorModel,
  golden: ReadonlyMap<string, TensorEntry>,
  graph: Graph,
  run: Runner,
): Promise<GoldenEntry[]> {
  const names = [...golden.keys()].filter((name) => !INPUTS.includes(name));
  for (const name of names)
    if (!graph.outputs.has(name)) throw new ModelError('format', `golden file: the model has no tensor "${name}".`);
  for (const name of graph.outputs.keys()) tensor(golden, name);
  const given: Record<string, Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>> =
    config.process.kind === 'gaussian'
      ? { latents: Float32Array.from(asFloats(tensor(golden, 'xt'))) }
      : { codes: Int32Array.from(asIntegers(tensor(golden, 'tokens'))) };
  const ours = await run(
    {
      ...given,
      context: Int32Array.from(asIntegers(tensor(golden, 'context'))),
      features: timeFeatures(asIntegers(tensor(golden, 't')), config.width),
    },
    names,
  );
  return names.map((name) => compare(name, ours[name] ?? new Float32Array(), asFloats(tensor(golden, name))));
}
