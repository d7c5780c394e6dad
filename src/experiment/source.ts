import { z } from 'zod';

/** Where a picture comes from. An own picture lives in the session only and never travels in a link. */
export type SourceRef =
  { readonly kind: 'sample'; readonly file: string } | { readonly kind: 'own'; readonly id: number };

/** Names become parts of addresses: folders are allowed, a way out of them or to another site is not. */
export const fileName = z
  .string()
  .max(120)
  .regex(/^[\w-][\w .-]*(?:\/[\w-][\w .-]*)*$/);

const sourceRef = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sample'), file: fileName }),
  z.object({ kind: z.literal('own'), id: z.number().int().nonnegative() }),
]);

/** The row of a lab's table for its picture. null: the first sample the model has never seen. */
export const sourceField = {
  default: null,
  schema: sourceRef.nullable(),
  share: (source: SourceRef | null) => source?.kind !== 'own',
  history: true,
  preference: false,
};
