/** What a configuration implies, read off its own graph, so that it cannot drift from the topology. */
import { channelsOf, constantsOf, rowsOf, sizeOfShape } from '../../graph/ir';
import { sideFactor, type VqvaeConfig } from './config';
import { buildAutoencoder } from './graph';

/** Every tensor the weight file must hold: name to shape, in PyTorch's layout. */
export function expectedTensors(config: VqvaeConfig): ReadonlyMap<string, readonly number[]> {
  const side = sideFactor(config);
  const { nodes } = buildAutoencoder(config, side, side);
  const constants = nodes.flatMap((node) => constantsOf(node).map(([, constant]) => constant));
  return new Map(constants.flatMap(({ parts, shape }) => parts.map((name) => [name, shape] as const)));
}

/** Numbers in the weight file. */
export const parameterCount = (config: VqvaeConfig): number =>
  [...expectedTensors(config).values()].reduce((sum, shape) => sum + sizeOfShape(shape), 0);

/** Floating-point operations of encode + decode at `height` x `width`: 2 per multiply-add of convolutions, matmuls and the code search. */
export function flopCount(config: VqvaeConfig, height: number, width: number): number {
  const { nodes } = buildAutoencoder(config, height, width);
  return nodes.reduce((sum, node) => {
    if (node.op === 'conv2d') {
      const { x } = node.reads;
      return (
        sum + 2 * rowsOf(node.writes.out) * channelsOf(node.writes.out) * node.attrs.kernelSize ** 2 * channelsOf(x)
      );
    }
    if (node.op === 'matmul') return sum + 2 * node.reads.a.shape[0] * node.attrs.m * node.attrs.n * node.attrs.k;
    if (node.op === 'nearestCode')
      return sum + 2 * rowsOf(node.reads.latents) * sizeOfShape(node.constants.codebook.shape);
    return sum;
  }, 0);
}
