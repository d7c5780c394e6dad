/** Fillings that were made, and how they are put in order and shown. Plain data, without React and engine. */
import type { Layout } from '../../diffusion/layout';
import type { InpaintOptions, InpaintResult, InpaintScore, Picture } from '../../engine/types';
import type { Rect } from '../../image/types';
import type { MaskRef } from './spec';

/** One answer of one generation. */
export interface AnswerRef {
  readonly generation: number;
  readonly answer: number;
}

/** Answers that were made together. */
export interface Generation {
  readonly id: number;
  readonly kind: 'fill' | 'refill' | 'more' | 'texture';
  /** The answer it began from; null for a filling from noise. */
  readonly parent: AnswerRef | null;
  /** Key of the picture that it fills, the hole there, and the part that was worked on. */
  readonly picture: string;
  readonly mask: MaskRef;
  readonly rect: Rect;
  /** What the engine was asked for: repeating it gives the same answers. */
  readonly options: InpaintOptions;
  readonly layout: Layout;
  /** Places of the hole, [N], refilled or not: 1 where free. */
  readonly free: Uint8Array<ArrayBuffer>;
  readonly result: Omit<InpaintResult, 'trace'>;
  /** Answers, the likeliest first. */
  readonly order: readonly number[];
  /** What each answer looks like in the square: the picture's own pixels around the hole. */
  readonly thumbs: readonly Picture[];
}

/** Generations that are kept; the oldest leave first. */
export const MOST_GENERATIONS = 12;

/** Likeliest first: fewest bits. Without a likelihood as they were drawn. */
export function orderOf(scores: readonly InpaintScore[]): number[] {
  return scores
    .map(({ bitsPerCode }, answer) => ({ answer, bits: bitsPerCode ?? Infinity }))
    .sort((a, b) => (a.bits === b.bits ? a.answer - b.answer : a.bits - b.bits))
    .map(({ answer }) => answer);
}

/** With one more; of those that are too many the oldest go, but never `spare`. */
export function addGeneration(list: readonly Generation[], one: Generation, spare: number | null): Generation[] {
  const grown = [...list, one];
  const oldest = grown.find(({ id }) => id !== spare && id !== one.id);
  return grown.length > MOST_GENERATIONS && oldest ? grown.filter((other) => other !== oldest) : grown;
}

/** The seed after all that were used on a picture, so that a new generation repeats none. */
export function nextSeed(generations: readonly Generation[], picture: string, first: number): number {
  const used = generations.filter((one) => one.picture === picture).flatMap(({ result }) => [...result.seeds]);
  return used.length === 0 ? first : (Math.max(...used) + 1) >>> 0;
}

/** The answer under the hole, the picture elsewhere. All three of one size. */
export function patched(picture: Picture, answer: Picture, hole: Uint8Array): Picture {
  const data = picture.data.slice();
  const [from, to] = [words(answer.data), words(data)];
  for (let i = 0; i < to.length; i++) if (hole[i]) to[i] = from[i] ?? 0;
  return { width: picture.width, height: picture.height, data };
}

/** The answer under the hole, nothing elsewhere. */
export function clipped(answer: Picture, hole: Uint8Array): Picture {
  const data = new Uint8ClampedArray(answer.data.length);
  const [from, to] = [words(answer.data), words(data)];
  for (let i = 0; i < to.length; i++) if (hole[i]) to[i] = from[i] ?? 0;
  return { width: answer.width, height: answer.height, data };
}

/** The colour of a hole, as the tools paint it. */
const HOLE = [222, 100, 60] as const;

/** The picture with its hole in the tools' colour. */
export function tinted(picture: Picture, hole: Uint8Array): Picture {
  const data = picture.data.slice();
  for (let i = 0; i < hole.length; i++) if (hole[i]) data.set(HOLE, i * 4);
  return { width: picture.width, height: picture.height, data };
}

const words = (data: Uint8ClampedArray<ArrayBuffer>) => new Uint32Array(data.buffer, data.byteOffset, data.length / 4);

/** "Fill", "Refilled spot of 2", "Like 3": what a generation is, for its row. */
export function titleOf(
  { kind, parent }: Pick<Generation, 'kind' | 'parent'>,
  rankOf: (ref: AnswerRef) => number,
): string {
  if (!parent || kind === 'fill') return 'Filled from noise';
  const rank = rankOf(parent);
  if (kind === 'texture') return `Answer ${rank} with other textures`;
  return kind === 'refill' ? `A spot of answer ${rank} again` : `Like answer ${rank}`;
}
