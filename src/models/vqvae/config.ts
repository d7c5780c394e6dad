/** The configuration of family `vqvae` and what follows from it (docs/model-format.md). */
import { z } from 'zod';

const size = z.int().positive();

const halfSchema = z
  .object({
    stem: size,
    channels: z.array(size).min(1),
    resBlocks: z.array(z.int().nonnegative()),
    attention: z.array(z.boolean()),
    midBlock: z.boolean().default(true),
    midAttention: z.boolean().default(true),
  })
  .superRefine(({ channels, resBlocks, attention }, context) => {
    for (const [name, list] of Object.entries({ resBlocks, attention }))
      if (list.length !== channels.length)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `one entry per level is needed: ${channels.length}, found ${list.length}`,
        });
  });

const quantizerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('vq'), codebookSize: size, distance: z.enum(['l2', 'cosine']).default('l2') }),
  z.object({ kind: z.literal('fsq'), levels: z.array(z.int().min(2)).min(1) }),
  z.object({ kind: z.literal('rvq'), codebookSize: size, numLevels: size }),
  z.object({ kind: z.literal('two-level'), topSize: size, bottomSize: size }),
]);

export type HalfConfig = z.infer<typeof halfSchema>;
export type QuantizerConfig = z.infer<typeof quantizerSchema>;
export type VqvaeConfig = z.infer<typeof vqvaeConfigSchema>;

export const vqvaeConfigSchema = z
  .object({
    inChannels: z.literal(3).default(3),
    encoder: halfSchema,
    decoder: halfSchema,
    downsample: z.enum(['conv3', 'conv4', 'space-to-depth']).default('conv3'),
    upsample: z.enum(['nearest', 'pixel-shuffle']).default('nearest'),
    latentChannels: size,
    codeDim: size,
    quantConv: z.boolean().default(true),
    postQuantConv: z.boolean().default(true),
    normGroups: size.default(32),
    normEps: z.number().positive().default(1e-6),
    quantizer: quantizerSchema,
    /** Two levels: the pair that makes the top's codes out of features. */
    top: z.object({ encoder: halfSchema, decoder: halfSchema }).optional(),
  })
  .superRefine((config, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { encoder, decoder, quantizer, latentChannels, codeDim, normGroups } = config;
    if (halfFactor(encoder) !== halfFactor(decoder))
      issue(
        ['decoder', 'stem'],
        `decoder factor ${halfFactor(decoder)} must equal encoder factor ${halfFactor(encoder)}`,
      );
    if (!(config.quantConv && config.postQuantConv) && latentChannels !== codeDim)
      issue(
        ['codeDim'],
        `without quantConv or postQuantConv it must equal latentChannels ${latentChannels}, found ${codeDim}`,
      );
    if (quantizer.kind === 'fsq' && quantizer.levels.length !== codeDim)
      issue(['quantizer', 'levels'], `${codeDim} levels are needed (codeDim), found ${quantizer.levels.length}`);
    const { top } = config;
    if ((quantizer.kind === 'two-level') !== !!top)
      issue(['top'], `a two-level quantizer needs it, and no other has it: the quantizer is ${quantizer.kind}`);
    if (top && !(config.quantConv && config.postQuantConv))
      issue(['quantConv'], 'two levels need quantConv and postQuantConv');
    for (const [name, half] of Object.entries(top ?? {}))
      if (half.stem !== 1 || halfFactor(half) !== TOP_FACTOR)
        issue(
          ['top', name],
          `stem 1 and factor ${TOP_FACTOR} are needed, found stem ${half.stem} and factor ${halfFactor(half)}`,
        );
    const halves = { encoder, decoder, ...(top && { 'top.encoder': top.encoder, 'top.decoder': top.decoder }) };
    for (const [name, { channels, resBlocks }] of Object.entries(halves)) {
      channels.forEach((width, level) => {
        if (width % normGroups)
          issue([name, 'channels', String(level)], `${width} does not divide into ${normGroups} groups`);
        // A width changes inside the first ResBlock of its level, in the order in which the half runs.
        const before = channels[name.endsWith('encoder') ? level - 1 : level + 1] ?? width;
        if (!resBlocks[level] && before !== width)
          issue(
            [name, 'resBlocks', String(level)],
            `a level that goes from ${before} to ${width} channels needs a ResBlock`,
          );
      });
    }
  });

/** Bottom codes per top code and side. */
const TOP_FACTOR = 2;

const halfFactor = ({ stem, channels }: Pick<HalfConfig, 'stem' | 'channels'>): number =>
  stem * 2 ** (channels.length - 1);

/** True where codes are compared on the unit sphere. */
export const isCosine = (quantizer: QuantizerConfig): boolean =>
  quantizer.kind === 'vq' && quantizer.distance === 'cosine';

/** Pixels per code and side. */
export const factor = (config: VqvaeConfig): number => halfFactor(config.encoder);

/** Pixels that both sides of a picture must be a multiple of: those under a code of the coarsest grid. */
export const sideFactor = (config: VqvaeConfig): number => Math.max(...gridFactors(config));

/** Pixels per code and side, of each grid. */
export const gridFactors = (config: VqvaeConfig): readonly number[] =>
  config.quantizer.kind === 'two-level'
    ? [TOP_FACTOR * factor(config), factor(config)]
    : codebookSizes(config).map(() => factor(config));

/** Codes in each grid: one entry for VQ and FSQ, one per level for residual VQ; top, then bottom, for two levels. */
export function codebookSizes({ quantizer }: VqvaeConfig): readonly number[] {
  switch (quantizer.kind) {
    case 'vq':
      return [quantizer.codebookSize];
    case 'fsq':
      return [quantizer.levels.reduce((product, levels) => product * levels, 1)];
    case 'rvq':
      return Array.from({ length: quantizer.numLevels }, () => quantizer.codebookSize);
    case 'two-level':
      return [quantizer.topSize, quantizer.bottomSize];
  }
}

/** What the grids are called. */
export function gridNames(config: VqvaeConfig): readonly string[] {
  if (config.quantizer.kind === 'two-level') return ['top', 'bottom'];
  const sizes = codebookSizes(config);
  return sizes.map((_, level) => (sizes.length > 1 ? `level ${level + 1}` : 'codes'));
}

/** One grid of the codes that a tokenizer writes. */
export interface GridKind {
  readonly name: string;
  /** Pixels per code and side. */
  readonly factor: number;
  readonly codebookSize: number;
}

/** In the order of the codebooks. Two levels: the top, whose codes are twice as large, then the bottom. */
export function gridKinds(config: VqvaeConfig): readonly GridKind[] {
  const [names, sizes] = [gridNames(config), codebookSizes(config)];
  return gridFactors(config).map((f, i) => ({ name: names[i] ?? '', factor: f, codebookSize: sizes[i] ?? 0 }));
}

/** Name of each level's codebook in the weight file; none for FSQ. */
export function codebookNames({ quantizer }: VqvaeConfig): readonly string[] {
  switch (quantizer.kind) {
    case 'vq':
      return ['quantize.embedding.weight'];
    case 'fsq':
      return [];
    case 'rvq':
      return Array.from({ length: quantizer.numLevels }, (_, i) => `quantize.levels.${i}.embedding.weight`);
    case 'two-level':
      return ['top_quantize.embedding.weight', 'quantize.embedding.weight'];
  }
}
