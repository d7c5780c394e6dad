import { z } from 'zod';
import { defineSpec, type SpecTable } from './spec';

/** The samplers by name (diffusion/samplers.ts). */
export const SAMPLERS = [
  'posterior',
  'released-fast',
  'purity',
  'maskgit',
  'halton',
  'remdm',
  'autoregressive',
  'ddim',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/** Noise curves by name; 'drawn' is `curve`. */
export const SCHEDULES = ['model', 'paper', 'released', 'cosine', 'linear', 'drawn'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

/** One lane of a race: the rest is the same for all. */
export interface RaceEntry {
  /** null: the model of the lab. */
  readonly model: string | null;
  /** null: the first one of the model. */
  readonly sampler: SamplerName | null;
  readonly numSteps: number;
}

/** The lab's two pages: networks that were trained, and a world small enough that nothing need be. */
export const PAGES = ['networks', 'tiles'] as const;
export type PageName = (typeof PAGES)[number];

/** What defines a sample of the generate lab, and which of its pages is looked at. */
export interface GenerateSpec {
  readonly page: PageName;
  /** Id of a prior; null: the first one of the folder. */
  readonly model: string | null;
  /** Text of each slot of the prior's vocabulary; a slot that is missing is not given. */
  readonly condition: Readonly<Record<string, string>>;
  /** u32; sample i of the batch has seed + i. */
  readonly seed: number;
  readonly batch: number;
  /** null: the first one that the model's process has. */
  readonly sampler: SamplerName | null;
  readonly numSteps: number;
  /** MaskGIT's Gumbel noise on the confidence. */
  readonly choiceTemperature: number;
  /** Improved VQ-Diffusion's r: how much purity sharpens. */
  readonly purityWeight: number;
  /** ReMDM's share of the most that may be masked again. */
  readonly eta: number;
  readonly schedule: ScheduleName;
  /** Share of what is gone at the end that is replaced rather than masked, 0 .. 1: for linear, cosine and drawn schedules. */
  readonly replaceShare: number;
  /** What is gone (1 - alphaBar) at evenly spaced times, for a drawn schedule; rises from 0 to 1. */
  readonly curve: readonly number[];
  readonly temperature: number;
  /** 0: all codes. */
  readonly topK: number;
  readonly truncation: number;
  readonly guidanceScale: number;
  readonly race: readonly RaceEntry[];
}

const modelId = z
  .string()
  .max(120)
  .regex(/^[\w.-]+$/);
const steps = z.number().int().min(1).max(1000);
const share = z.number().min(0).max(1);
const condition = z
  .record(z.string().min(1).max(40), z.string().max(200))
  .refine((slots) => Object.keys(slots).length <= 8);
const curve = z
  .array(share)
  .min(2)
  .max(33)
  .refine((values) => values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0)));

/** Where all fields of this lab go: into the link, and into the undo history. */
const shared = { share: true, history: true, preference: false } as const;

const fields = {
  // Turning a page is no step to be undone.
  page: { default: 'networks', schema: z.enum(PAGES), share: true, history: false, preference: false },
  model: { default: null, schema: modelId.nullable(), ...shared },
  condition: { default: {}, schema: condition, ...shared },
  seed: { default: 1, schema: z.number().int().min(0).max(0xffffffff), ...shared },
  batch: { default: 4, schema: z.number().int().min(1).max(16), ...shared },
  sampler: { default: null, schema: z.enum(SAMPLERS).nullable(), ...shared },
  numSteps: { default: 25, schema: steps, ...shared },
  choiceTemperature: { default: 4.5, schema: z.number().min(0).max(20), ...shared },
  purityWeight: { default: 1, schema: z.number().min(0).max(10), ...shared },
  eta: { default: 0.2, schema: share, ...shared },
  schedule: { default: 'model', schema: z.enum(SCHEDULES), ...shared },
  replaceShare: { default: 0.1, schema: share, ...shared },
  curve: { default: [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1], schema: curve, ...shared },
  temperature: { default: 1, schema: z.number().min(0.05).max(5), ...shared },
  topK: { default: 0, schema: z.number().int().min(0).max(65_536), ...shared },
  truncation: { default: 1, schema: z.number().min(0.01).max(1), ...shared },
  guidanceScale: { default: 3, schema: z.number().min(0).max(20), ...shared },
  race: {
    default: [],
    schema: z
      .array(z.object({ model: modelId.nullable(), sampler: z.enum(SAMPLERS).nullable(), numSteps: steps }))
      .max(4),
    ...shared,
  },
} satisfies SpecTable<GenerateSpec>;

export const generateSpec = defineSpec<GenerateSpec>({ lab: 'generate', version: 1, fields, migrations: [] });
