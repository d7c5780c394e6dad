/** The configuration of family `prior` and what follows from it (docs/model-format.md). */
import { z } from 'zod';

const size = z.int().positive();

const processSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absorbing'), numTimesteps: size }),
  z.object({
    kind: z.literal('mask-replace'),
    numTimesteps: size,
    gammaBarT: z.number().min(0).max(1),
    betaBarT: z.number().min(0).max(1),
  }),
  z.object({ kind: z.literal('uniform'), numTimesteps: size, cosineOffset: z.number().positive().default(0.008) }),
  z.object({ kind: z.literal('autoregressive') }),
  z.object({ kind: z.literal('gaussian'), numTimesteps: size, cosineOffset: z.number().positive().default(0.008) }),
]);

const gridSchema = z.object({ name: z.string().min(1), height: size, width: size, codebookSize: z.int().min(2) });

export const priorConfigSchema = z
  .object({
    process: processSchema,
    grids: z.array(gridSchema).min(1).max(2),
    width: size,
    depth: size,
    heads: size,
    mlpRatio: size.default(4),
    contextLength: size,
    latentDim: size.optional(),
    latentMean: z.array(z.number()).optional(),
    latentStd: z.array(z.number().positive()).optional(),
  })
  .superRefine((config, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const { process, width, heads, latentDim } = config;
    if (width % heads || (width / heads) % 4)
      issue(['width'], `${width} must be heads (${heads}) times a multiple of 4`);
    const gaussian = process.kind === 'gaussian';
    if (gaussian && latentDim === undefined) issue(['latentDim'], 'a gaussian process needs it, found none');
    for (const name of ['latentMean', 'latentStd'] as const)
      if (gaussian && config[name]?.length !== latentDim)
        issue([name], `latentDim (${latentDim}) numbers are needed, found ${config[name]?.length ?? 'none'}`);
    for (const name of ['latentDim', 'latentMean', 'latentStd'] as const)
      if (!gaussian && config[name] !== undefined)
        issue([name], `only a gaussian process has it, this one is ${process.kind}`);
    if (new Set(config.grids.map(({ name }) => name)).size < config.grids.length)
      issue(['grids'], 'two grids need two names');
  });

export type PriorConfig = z.infer<typeof priorConfigSchema>;
export type ProcessConfig = PriorConfig['process'];
export type GridConfig = PriorConfig['grids'][number];

/** Codes in a grid. */
export const gridSize = ({ height, width }: GridConfig): number => height * width;

/** N: codes of all grids, which follow each other in the sequence. */
export const codeCount = ({ grids }: Pick<PriorConfig, 'grids'>): number =>
  grids.reduce((sum, grid) => sum + gridSize(grid), 0);

/** S = C + N: tokens that attend to each other. */
export const sequenceLength = (config: PriorConfig): number => config.contextLength + codeCount(config);

/** The token after the last code: [MASK], or the start token of an autoregressive prior. */
export const maskId = ({ codebookSize }: Pick<GridConfig, 'codebookSize'>): number => codebookSize;

/** Whether x_t of this process holds [MASK]. */
export const usesMask = ({ kind }: ProcessConfig): boolean => kind === 'absorbing' || kind === 'mask-replace';
