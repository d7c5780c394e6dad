/** What a prior's configuration implies, read off its own graph, so that it cannot drift from the topology. */
import { channelsOf, constantsOf, partsOf, rowsOf, sizeOfShape } from '../../graph/ir';
import type { PriorConfig } from './config';
import { buildPrior } from './graph';

/** Every tensor the weight file must hold: name to shape, in PyTorch's layout. @param vocabularySize entries of vocabulary.json */
export function expectedTensors(config: PriorConfig, vocabularySize: number): ReadonlyMap<string, readonly number[]> {
  const { nodes } = buildPrior(config, vocabularySize, 1);
  return new Map(nodes.flatMap((node) => constantsOf(node).flatMap(([, constant]) => partsOf(constant))));
}

/** Numbers in the weight file. */
export const parameterCount = (config: PriorConfig, vocabularySize: number): number =>
  [...expectedTensors(config, vocabularySize).values()].reduce((sum, shape) => sum + sizeOfShape(shape), 0);

/** Floating-point operations of one evaluation for `batch` samples: 2 per multiply-add of linear layers and attention. */
export function flopCount(config: PriorConfig, batch: number): number {
  const { nodes } = buildPrior(config, 1, batch);
  return nodes.reduce((sum, node) => {
    if (node.op === 'linear')
      return sum + 2 * rowsOf(node.reads.x) * channelsOf(node.reads.x) * channelsOf(node.writes.out);
    if (node.op === 'attention') return sum + 4 * rowsOf(node.writes.out) ** 2 * (channelsOf(node.writes.out) / batch);
    return sum;
  }, 0);
}
