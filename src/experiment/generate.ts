import { z } from 'zod';
import {
  condition,
  modelId,
  SAMPLERS,
  samplerFields,
  seed,
  share,
  shared,
  steps,
  type SamplerName,
  type SamplerSettings,
} from './sampling';
import { defineSpec, type SpecTable } from './spec';

export { SAMPLERS, type SamplerName } from './sampling';

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
export interface GenerateSpec extends SamplerSettings {
  readonly page: PageName;
  /** Id of a prior; null: the first one of the folder. */
  readonly model: string | null;
  /** Text of each slot of the prior's vocabulary; a slot that is missing is not given. */
  readonly condition: Readonly<Record<string, string>>;
  /** u32; sample i of the batch has seed + i. */
  readonly seed: number;
  readonly batch: number;
  readonly schedule: ScheduleName;
  /** Share of what is gone at the end that is replaced rather than masked, 0 .. 1: for linear, cosine and drawn schedules. */
  readonly replaceShare: number;
  /** What is gone (1 - alphaBar) at evenly spaced times, for a drawn schedule; rises from 0 to 1. */
  readonly curve: readonly number[];
  readonly race: readonly RaceEntry[];
}

const curve = z
  .array(share)
  .min(2)
  .max(33)
  .refine((values) => values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0)));

const fields = {
  // Turning a page is no step to be undone.
  page: { default: 'networks', schema: z.enum(PAGES), share: true, history: false, preference: false },
  model: { default: null, schema: modelId.nullable(), ...shared },
  condition: { default: {}, schema: condition, ...shared },
  seed: { default: 1, schema: seed, ...shared },
  batch: { default: 4, schema: z.number().int().min(1).max(16), ...shared },
  ...samplerFields,
  schedule: { default: 'model', schema: z.enum(SCHEDULES), ...shared },
  replaceShare: { default: 0.1, schema: share, ...shared },
  curve: { default: [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1], schema: curve, ...shared },
  race: {
    default: [],
    schema: z
      .array(z.object({ model: modelId.nullable(), sampler: z.enum(SAMPLERS).nullable(), numSteps: steps }))
      .max(4),
    ...shared,
  },
} satisfies SpecTable<GenerateSpec>;

export const generateSpec = defineSpec<GenerateSpec>({ lab: 'generate', version: 1, fields, migrations: [] });
