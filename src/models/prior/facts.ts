/** What a prior's configuration implies. */
import { sizeOfShape } from '../../graph/ir';
import type { PriorConfig } from './config';

type Shapes = [name: string, shape: readonly number[]][];

const linear = (name: string, out: number, inner: number): Shapes => [
  [`${name}.weight`, [out, inner]],
  [`${name}.bias`, [out]],
];

/** Every tensor the weight file must hold: name to shape, in PyTorch's layout. @param vocabularySize entries of vocabulary.json */
export function expectedTensors(config: PriorConfig, vocabularySize: number): ReadonlyMap<string, readonly number[]> {
  const { width, depth, mlpRatio, grids, contextLength, latentDim } = config;
  const gaussian = config.process.kind === 'gaussian';
  const block = (i: number): Shapes => [
    [`blocks.${i}.modulation`, [6, width]],
    ...['to_q', 'to_k', 'to_v', 'to_out'].flatMap((name) => linear(`blocks.${i}.${name}`, width, width)),
    ...linear(`blocks.${i}.mlp.0`, mlpRatio * width, width),
    ...linear(`blocks.${i}.mlp.2`, width, mlpRatio * width),
  ];
  return new Map([
    ['context_embedding.weight', [vocabularySize, width]],
    ['context_position', [contextLength, width]],
    ...(gaussian ? linear('latent_in', width, latentDim ?? 0) : []),
    ...grids.flatMap(({ height, width: columns, codebookSize }, g): Shapes => [
      ...(gaussian ? [] : ([[`embedding.${g}.weight`, [codebookSize + 1, width]]] satisfies Shapes)),
      [`row.${g}`, [height, width]],
      [`column.${g}`, [columns, width]],
      ...linear(`head.${g}`, gaussian ? (latentDim ?? 0) : codebookSize, width),
    ]),
    ...linear('time.0', width, width),
    ...linear('time.2', width, width),
    ...linear('modulation', 6 * width, width),
    ...Array.from({ length: depth }, (_, i) => block(i)).flat(),
    ['final_modulation', [2, width]],
  ]);
}

/** Numbers in the weight file. */
export const parameterCount = (config: PriorConfig, vocabularySize: number): number =>
  [...expectedTensors(config, vocabularySize).values()].reduce((sum, shape) => sum + sizeOfShape(shape), 0);
