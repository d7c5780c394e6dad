/** `manifest.json` and `index.json` (docs/model-format.md). */
import { z } from 'zod';
import { ModelError } from './errors';
import { vqvaeConfigSchema } from './vqvae/config';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');
const file = z.string().regex(/^[^/\\]+$/, 'expected a file name inside the model folder');

export const manifestSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[\w.-]+$/),
  title: z.string(),
  family: z.literal('vqvae'),
  config: vqvaeConfigSchema,
  weights: z.object({ file, sizeBytes: z.int().positive(), sha256 }),
  tensors: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.int().positive()),
      dtype: z.enum(['F32', 'F16', 'BF16']),
      sha256: sha256.optional(),
    }),
  ),
  preprocess: z.object({
    size: z.int().positive(),
    fit: z.enum(['cover', 'contain']),
    range: z.tuple([z.literal(-1), z.literal(1)]),
    background: z.string(),
  }),
  golden: z.object({ file, sha256 }).optional(),
  training: z.object({ metrics: z.record(z.string(), z.number()).default({}) }).loose(),
  licence: z.string(),
  credits: z.string(),
});

/** A model folder's description; see docs/model-format.md for each field. */
export type Manifest = z.infer<typeof manifestSchema>;

const indexSchema = z.object({ models: z.array(z.string().regex(/^[\w.-]+$/)) });

function parse<T>(schema: z.ZodType<T>, json: unknown, label: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  throw new ModelError('manifest', `${label}: ${issues.join('; ')}`);
}

/** @throws ModelError 'manifest' that names every field that is wrong. */
export function parseManifest(json: unknown, label = 'manifest.json'): Manifest {
  const manifest = parse(manifestSchema, json, label);
  const factor = manifest.config.encoder.stem * 2 ** (manifest.config.encoder.channels.length - 1);
  if (manifest.preprocess.size % factor)
    throw new ModelError(
      'manifest',
      `${label}: preprocess.size: ${manifest.preprocess.size} is not a multiple of the factor ${factor}`,
    );
  return manifest;
}

/** Ids of the models in a folder. @throws ModelError 'manifest'. */
export const parseIndex = (json: unknown, label = 'index.json'): readonly string[] =>
  parse(indexSchema, json, label).models;
