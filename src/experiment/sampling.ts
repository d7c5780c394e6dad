/** What the specs of all labs that sample have in common: names, and what a value from outside must look like. */
import { z } from 'zod';

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

/** How codes are drawn; the lab's spec has these among its fields. */
export interface SamplerSettings {
  /** null: the first one that the model's process has. */
  readonly sampler: SamplerName | null;
  readonly numSteps: number;
  /** MaskGIT's Gumbel noise on the confidence. */
  readonly choiceTemperature: number;
  /** Improved VQ-Diffusion's r: how much purity sharpens. */
  readonly purityWeight: number;
  /** ReMDM's share of the most that may be masked again. */
  readonly eta: number;
  readonly temperature: number;
  /** 0: all codes. */
  readonly topK: number;
  readonly truncation: number;
  readonly guidanceScale: number;
}

export const modelId = z
  .string()
  .max(120)
  .regex(/^[\w.-]+$/);
export const steps = z.number().int().min(1).max(1000);
export const share = z.number().min(0).max(1);
export const seed = z.number().int().min(0).max(0xffffffff);
export const condition = z
  .record(z.string().min(1).max(40), z.string().max(200))
  .refine((slots) => Object.keys(slots).length <= 8);

/** Where these fields go: into the link, and into the undo history. */
export const shared = { share: true, history: true, preference: false } as const;

/** The rows of a lab's table for `SamplerSettings`. */
export const samplerFields = {
  sampler: { default: null, schema: z.enum(SAMPLERS).nullable(), ...shared },
  numSteps: { default: 25, schema: steps, ...shared },
  choiceTemperature: { default: 4.5, schema: z.number().min(0).max(20), ...shared },
  purityWeight: { default: 1, schema: z.number().min(0).max(10), ...shared },
  eta: { default: 0.2, schema: share, ...shared },
  temperature: { default: 1, schema: z.number().min(0.05).max(5), ...shared },
  topK: { default: 0, schema: z.number().int().min(0).max(65_536), ...shared },
  truncation: { default: 1, schema: z.number().min(0.01).max(1), ...shared },
  guidanceScale: { default: 3, schema: z.number().min(0).max(20), ...shared },
} as const;
