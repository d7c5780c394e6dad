/** `manifest.json` and `index.json` (docs/model-format.md). */
import { z } from 'zod';
import { ModelError } from './errors';
import { priorConfigSchema } from './prior/config';
import { sideFactor, vqvaeConfigSchema } from './vqvae/config';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');
const id = z.string().regex(/^[\w.-]+$/);
const file = z.string().regex(/^[^/\\]+$/, 'expected a file name inside the model folder');

/** What every family says about itself. */
const common = {
  schemaVersion: z.literal(1),
  id,
  title: z.string(),
  weights: z.object({ file, sizeBytes: z.int().positive(), sha256 }),
  tensors: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.int().positive()),
      dtype: z.enum(['F32', 'F16', 'BF16']),
      sha256: sha256.optional(),
    }),
  ),
  golden: z.object({ file, sha256 }).optional(),
  training: z.object({ metrics: z.record(z.string(), z.number()).default({}) }).loose(),
  licence: z.string(),
  credits: z.string(),
};

const vqvaeManifestSchema = z.object({
  ...common,
  family: z.literal('vqvae'),
  config: vqvaeConfigSchema,
  preprocess: z.object({
    size: z.int().positive(),
    fit: z.enum(['cover', 'contain']),
    range: z.tuple([z.literal(-1), z.literal(1)]),
    background: z.string(),
  }),
});

const priorManifestSchema = z.object({
  ...common,
  family: z.literal('prior'),
  config: priorConfigSchema,
  /** The tokenizer whose codes it was trained on. */
  pairsWith: z.object({ id, sha256 }),
  vocabulary: z.object({ file, sha256, size: z.int().positive() }),
});

export const manifestSchema = z.discriminatedUnion('family', [vqvaeManifestSchema, priorManifestSchema]);

export type VqvaeManifest = z.infer<typeof vqvaeManifestSchema>;
export type PriorManifest = z.infer<typeof priorManifestSchema>;
/** A model folder's description; see docs/model-format.md for each field. */
export type Manifest = z.infer<typeof manifestSchema>;

const indexSchema = z.object({ models: z.array(id) });

function parse<T>(schema: z.ZodType<T>, json: unknown, label: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  throw new ModelError('manifest', `${label}: ${issues.join('; ')}`);
}

/** @throws ModelError 'manifest' that names every field that is wrong. */
export function parseManifest(json: unknown, label = 'manifest.json'): Manifest {
  const manifest = parse(manifestSchema, json, label);
  if (manifest.family === 'vqvae' && manifest.preprocess.size % sideFactor(manifest.config))
    throw new ModelError(
      'manifest',
      `${label}: preprocess.size: ${manifest.preprocess.size} is not a multiple of the factor ${sideFactor(manifest.config)}`,
    );
  return manifest;
}

/** Ids of the models in a folder. @throws ModelError 'manifest'. */
export const parseIndex = (json: unknown, label = 'index.json'): readonly string[] =>
  parse(indexSchema, json, label).models;
