/** Which prior fits a picture: what it was trained on is in the name of the tokenizer it pairs with. Pure. */
import type { PriorSummary } from '../../engine/types';
import { looksDrawn } from '../../image/drawing';
import type { RgbaImage } from '../../image/picture';

export type PictureKind = 'drawing' | 'photo';

export const kindOfPicture = (image: RgbaImage): PictureKind => (looksDrawn(image) ? 'drawing' : 'photo');

const trainedOn: Readonly<Record<PictureKind, RegExp>> = { drawing: /emoji/i, photo: /photo/i };

/** Whether the prior was trained on pictures of this kind. */
export const isFor = ({ pairsWith }: PriorSummary, kind: PictureKind): boolean => trainedOn[kind].test(pairsWith.id);

/** A prior that sees what comes after the hole too goes before one that does not. */
const seesAll = ({ config }: PriorSummary): boolean => config.process.kind !== 'autoregressive';

/** The first prior for the kind that sees all of the picture; else the first of the kind; else the first that there is. */
export function choosePrior(models: readonly PriorSummary[], kind: PictureKind | null): PriorSummary | null {
  const fitting = kind === null ? [] : models.filter((model) => isFor(model, kind));
  return fitting.find(seesAll) ?? fitting[0] ?? models.find(seesAll) ?? models[0] ?? null;
}

/** Why this one, in a sentence; for a prior that nobody chose by hand. */
export function whyPrior(model: PriorSummary, kind: PictureKind | null): string {
  const words = kind === 'drawing' ? 'looks like a drawing' : 'looks like a photo';
  if (kind === null) return 'Chosen by the picture, as soon as there is one.';
  if (isFor(model, kind)) return `Chosen by the picture, which ${words}.`;
  const missing = kind === 'drawing' ? 'drawings' : 'photos';
  return `The picture ${words}; no prior for ${missing} is here, so do not expect much of ${model.title}.`;
}
