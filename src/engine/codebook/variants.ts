/** Variants of tokenizers: what the visitor's page asks for is checked here, before any of it is used. */
import { ModelError } from '../../models/errors';
import type { VqvaeModel } from '../../models/loader';
import { codebookNames, codebookSizes, gridNames } from '../../models/vqvae/config';
import { expectedTensors } from '../../models/vqvae/facts';
import { readCodebook } from '../../models/vqvae/runtime';
import type { VariantOptions } from './types';

/** New names for the codes that are found, by level: [codebookSize]; null leaves them. */
export type Remaps = readonly (Int32Array<ArrayBuffer> | null)[];

/** What a variant changes. The arrays are its own. */
export interface Variant {
  /** The tokenizer that is varied. */
  readonly modelId: string;
  /** Replaced tensors by name, in the file's layout. */
  readonly values: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  readonly remap: Remaps;
}

export const variantId = ({ modelId, name }: Pick<VariantOptions, 'modelId' | 'name'>): string => `${modelId}@${name}`;

/**
 * Checks and copies what was asked for.
 * @throws ModelError 'input' that names the level or tensor, what was needed and what was found
 */
export function createVariant(options: VariantOptions, model: VqvaeModel): Variant {
  const { modelId, name, rows, remap = [], tensors = {} } = options;
  if (!/^[\w.-]+$/.test(name))
    throw wrong(`A variant's name is made of letters, digits, "_", "-" and ".", found "${name}".`);
  const { config } = model.manifest;
  const isLattice = config.quantizer.kind === 'fsq';
  if (isLattice && [...rows, ...remap].some((level) => level !== null))
    throw wrong(
      `${modelId} quantizes by FSQ: its codes are the points of a fixed lattice, so there is no codebook to change. ` +
        'Choose a model with a codebook (VQ, residual VQ or two levels).',
    );
  const sizes = codebookSizes(config);
  const labels = gridNames(config);
  for (const [what, list] of Object.entries({ rows, ...(remap.length && { remap }) }))
    if (list.length !== sizes.length)
      throw wrong(
        `${modelId} has ${sizes.length} codebook(s): ${what} needs as many entries (null leaves one as it is), found ${list.length}.`,
      );

  const values = new Map<string, Float32Array<ArrayBuffer>>();
  const codebooks = codebookNames(config);
  codebooks.forEach((tensor, level) => {
    const given = rows[level] ?? null;
    if (!given) return;
    const { codeDim } = config;
    checkNumbers(`rows of ${labels[level]}`, given, [sizes[level] ?? 0, codeDim]);
    values.set(tensor, given.slice());
  });
  const expected = expectedTensors(config);
  for (const [tensor, given] of Object.entries(tensors)) {
    const shape = expected.get(tensor);
    if (codebooks.includes(tensor)) throw wrong(`${tensor} is a codebook: give it in rows.`);
    if (!shape) throw wrong(`${modelId} has no tensor ${tensor}: only weights that it has can be replaced.`);
    checkNumbers(tensor, given, shape);
    values.set(tensor, given.slice());
  }
  const remaps = sizes.map((size, level) => {
    const given = remap[level] ?? null;
    if (!given) return null;
    checkRemap(labels[level] ?? '', given, size, rows[level] ?? readCodebook(model, level));
    return given.slice();
  });
  return { modelId, values, remap: remaps };
}

function checkNumbers(label: string, values: Float32Array, shape: readonly number[]): void {
  const needed = shape.reduce((product, side) => product * side, 1);
  if (values.length !== needed)
    throw wrong(`${label}: ${needed} numbers are needed ([${shape.join(', ')}]), found ${values.length}.`);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw wrong(`${label}: number ${at} is ${values[at]}, finite ones are needed.`);
}

/** A new name must mean the same vector: decoding by either gives the same picture. */
function checkRemap(label: string, remap: Int32Array, size: number, rows: Float32Array): void {
  if (remap.length !== size) throw wrong(`remap of ${label}: ${size} codes are needed, found ${remap.length}.`);
  const dim = rows.length / size;
  remap.forEach((target, code) => {
    if (!(target >= 0 && target < size))
      throw wrong(`remap of ${label}: code ${code} becomes ${target}, the codebook has 0 to ${size - 1}.`);
    if (remap[target] !== target)
      throw wrong(`remap of ${label}: code ${code} becomes ${target}, which itself becomes ${remap[target]}.`);
    for (let i = 0; i < dim; i++)
      if (rows[code * dim + i] !== rows[target * dim + i])
        throw wrong(`remap of ${label}: code ${code} becomes ${target}, but their rows differ.`);
  });
}

const wrong = (message: string) => new ModelError('input', message);
