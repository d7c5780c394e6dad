/** What a model's card says, out of its manifest: pure, the same for every family as far as it goes. */
import type { ModelSummary, PriorSummary, TokenizerSummary } from '../../engine/types';
import { bitsOfCodes, bytesOfCodes } from '../../image/codes';
import { formatBytes, formatCount, formatInteger } from '../../ui/format';

export interface GridFacts {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly codebookSize: number;
}

export type Facts = readonly (readonly [name: string, value: string])[];

/** The code grids of one picture at the size that the model was trained at. */
export function gridsOf(model: ModelSummary): readonly GridFacts[] {
  if (model.family === 'prior') return model.config.grids;
  return model.grids.map(({ name, factor, codebookSize }) => {
    const side = Math.floor(model.resolution / factor);
    return { name, height: side, width: side, codebookSize };
  });
}

/** "16 × 16", "4 × 16 × 16", "8 × 8 + 16 × 16". */
function gridText(grids: readonly GridFacts[]): string {
  const sides = grids.map(({ height, width }) => `${height} × ${width}`);
  const same = sides.every((side) => side === sides[0]);
  return same && sides.length > 1 ? `${sides.length} × ${sides[0]}` : sides.join(' + ');
}

/** "1,024", "4 × 256", "512 + 512". */
function codesText(grids: readonly GridFacts[]): string {
  const sizes = grids.map(({ codebookSize }) => formatInteger(codebookSize));
  const stacked = grids.length > 1 && new Set(grids.map((grid) => `${grid.width} ${grid.codebookSize}`)).size === 1;
  return stacked ? `${sizes.length} × ${sizes[0]}` : sizes.join(' + ');
}

const quantizers: Readonly<Record<string, string>> = {
  vq: 'one codebook, nearest vector',
  fsq: 'finite scalar lattice, no learned codebook',
  rvq: 'residual: each level codes what the last one left',
  'two-level': 'two levels: structure on top, texture below',
};

const objectives: Readonly<Record<PriorSummary['config']['process']['kind'], string>> = {
  absorbing: 'absorbing (mask) diffusion',
  'mask-replace': 'mask-and-replace diffusion (VQ-Diffusion)',
  uniform: 'uniform diffusion (D3PM)',
  autoregressive: 'autoregressive, one code after the other',
  gaussian: 'Gaussian diffusion on the latents',
};

/** One line: what the model is for. */
export function purposeOf(model: ModelSummary): string {
  const grids = gridsOf(model);
  if (model.family === 'prior')
    return `Writes the ${formatInteger(model.codeCount)} codes of a picture: ${objectives[model.config.process.kind]}.`;
  const size = `${model.resolution} × ${model.resolution} px`;
  return `A picture of ${size} becomes ${gridText(grids)} codes, ${formatInteger(bytesOfCodes(grids))} bytes, and a picture again.`;
}

/** The figures that a card shows first. */
export function headFacts(model: ModelSummary): Facts {
  const grids = gridsOf(model);
  const weights: Facts = [
    ['Download', model.local ? 'none: your own file' : formatBytes(model.sizeBytes)],
    ['Parameters', formatCount(model.parameters)],
  ];
  const grid = [model.family === 'prior' ? 'Codes' : 'Grid', `${gridText(grids)} of ${codesText(grids)}`] as const;
  return model.family === 'prior'
    ? [...weights, grid, ...priorHead(model)]
    : [...weights, grid, ...tokenizerHead(model)];
}

function tokenizerHead(model: TokenizerSummary): Facts {
  const grids = gridsOf(model);
  return [
    ['Bits per pixel', (bitsOfCodes(grids) / model.resolution ** 2).toFixed(3)],
    ['Bytes per picture', formatInteger(bytesOfCodes(grids))],
  ];
}

function priorHead({ config, pairsWith }: PriorSummary): Facts {
  const { process } = config;
  return [
    ['Objective', objectives[process.kind]],
    ...('numTimesteps' in process ? ([['Steps of its process', `T = ${process.numTimesteps}`]] as const) : []),
    ['Pairs with', pairsWith.id],
  ];
}

/** What the network is made of. */
export function networkFacts(model: ModelSummary): Facts {
  if (model.family === 'prior') {
    const { width, depth, heads } = model.config;
    return [
      ['Network', `transformer, ${depth} blocks of width ${width}, ${heads} heads`],
      [
        'Condition',
        `${model.config.contextLength} words or tags of ${formatInteger(model.vocabulary.size)} known ones`,
      ],
    ];
  }
  return [
    ['Trained at', `${model.resolution} × ${model.resolution} px, ${model.factor} px per code`],
    ['Quantizer', quantizers[model.quantizer] ?? model.quantizer],
    ['Code', `${model.codeDim} numbers`],
  ];
}

/** The training record, as far as the manifest has it. */
export function trainingFacts({ training }: ModelSummary): Facts {
  const record = training as Readonly<Record<string, unknown>>;
  const text = (name: string) => {
    const value = record[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const minutes = text('minutes');
  const rows: Facts = [
    ['Data', text('data')],
    ['Device', text('device')],
    ['Time', minutes && `${minutes} minutes`],
    ['Seed', text('seed')],
    ['Commit', text('commit')],
  ];
  return rows.filter(([, value]) => value !== '');
}

/** The command of the training record; empty where there is none. */
export const commandOf = ({ training }: ModelSummary): string => {
  const { command } = training as { readonly command?: unknown };
  return typeof command === 'string' ? command : '';
};

const metricNames: Readonly<Record<string, string>> = {
  psnr: 'PSNR',
  ssim: 'SSIM',
  perplexity: 'Perplexity of the codes',
  minCodeUses: 'Uses of the rarest code',
  usage: 'Codes in use',
  bitsPerToken: 'Bits per token',
  groupAccuracy: 'Group accuracy',
  styleAccuracy: 'Style accuracy',
};

/** A score with its unit. */
export function formatMetric(name: string, value: number): string {
  if (/psnr/i.test(name)) return `${value.toFixed(2)} dB`;
  if (/accuracy|usage/i.test(name) && value <= 1) return `${(100 * value).toFixed(1)} %`;
  return Number.isInteger(value) ? formatInteger(value) : value.toPrecision(4);
}

/** Scores of the training record under names that a visitor can read: "codeAccuracy" is "Code accuracy". */
export const scoreFacts = ({ metrics }: ModelSummary): Facts =>
  Object.entries(metrics).map(([name, value]) => {
    const words = name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
    return [metricNames[name] ?? words.charAt(0).toUpperCase() + words.slice(1), formatMetric(name, value)] as const;
  });

export interface ModelGroup {
  readonly title: string;
  readonly lesson: string;
  readonly models: readonly ModelSummary[];
}

/** The cards in their order: the visitor's own, tokenizers, priors. Empty groups are left out. */
export function groupModels(models: readonly ModelSummary[]): ModelGroup[] {
  const shipped = models.filter(({ local }) => !local);
  return [
    {
      title: 'Your own',
      lesson: 'Read from your files, on this machine only. They are here until the page is reloaded.',
      models: models.filter(({ local }) => local),
    },
    {
      title: 'Tokenizers',
      lesson: 'They turn a picture into a grid of codes, and codes into a picture.',
      models: shipped.filter(({ family }) => family === 'vqvae'),
    },
    {
      title: 'Priors',
      lesson: 'They know which codes go together, and write new ones. Each needs the tokenizer it was trained with.',
      models: shipped.filter(({ family }) => family === 'prior'),
    },
  ].filter((group) => group.models.length > 0);
}
