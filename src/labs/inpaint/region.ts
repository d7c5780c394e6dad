/** The part of the picture that is worked on. Pure. */
import { intersectRects } from '../../image/hole/rect';
import { chooseSquare } from '../../image/hole/square';
import { chooseWhole } from '../../image/hole/whole';
import type { Rect } from '../../image/types';
import type { PriorSummary, TokenizerSummary } from '../../engine/types';
import type { InpaintSpec, SquareRef } from './spec';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Numbers of one evaluation, [answers, codes, codebook]: what the engine takes at most for windows. */
const MOST_LOGITS = 2 ** 26;

/** Smallest side that the visitor can choose, in pixels. */
export const LEAST_SIDE = 16;

/** Why windows are not offered; null where they are. */
export function whyNoWhole(
  { config, title }: PriorSummary,
  { resolution }: TokenizerSummary,
  picture: Size | null,
): string | null {
  const { process, grids } = config;
  if (process.kind === 'autoregressive')
    return `${title} draws one code after the other: windows that overlap cannot agree in that order.`;
  if (process.kind === 'gaussian') return `${title} works on latents: windows are averaged over codes.`;
  if (grids.length > 1) return `${title} has two grids of codes: windows need one.`;
  if (picture && (picture.width < resolution || picture.height < resolution))
    return `The picture is smaller than the ${resolution} px that the network looks at: one square is all of it.`;
  return null;
}

/** The mode in force: windows only where they can be. */
export const modeOf = (
  { mode }: Pick<InpaintSpec, 'mode'>,
  model: PriorSummary,
  tokenizer: TokenizerSummary,
  picture: Size | null,
): InpaintSpec['mode'] => (mode === 'whole' && whyNoWhole(model, tokenizer, picture) === null ? 'whole' : 'square');

/**
 * Where the model works for a hole: the visitor's square, or one chosen for the hole; in windows all that a window over the hole can see,
 * at the picture's own scale. Null without a hole.
 */
export function regionFor(
  spec: Pick<InpaintSpec, 'square'>,
  mode: InpaintSpec['mode'],
  picture: Size,
  bounds: Rect | null,
  { resolution }: TokenizerSummary,
): Rect | null {
  if (!bounds) return null;
  if (mode === 'whole') return chooseWhole(picture.width, picture.height, bounds, resolution);
  if (spec.square !== 'auto') return rectOf(spec.square);
  return chooseSquare(picture.width, picture.height, bounds, resolution);
}

export const rectOf = ({ x, y, side }: SquareRef): Rect => ({ x, y, width: side, height: side });

/** Why a region is too large for so many answers; null where it is not. */
export function whyTooLarge(
  { width, height }: Size,
  count: number,
  { factor, codebookSizes }: TokenizerSummary,
): string | null {
  const codes = Math.ceil(width / factor) * Math.ceil(height / factor);
  const most = Math.floor(MOST_LOGITS / (codes * (codebookSizes[0] ?? 1)));
  if (count <= most) return null;
  const help = most > 0 ? `ask for ${most} at most` : 'paint a smaller hole, or work on one square';
  return `The hole and its surroundings are ${codes} codes, too many for ${count} ${count === 1 ? 'answer' : 'answers'} at once: ${help}.`;
}

/** A square held to what makes sense: some of the picture in it, no larger than the longer side. */
export function settleSquare({ x, y, side }: SquareRef, picture: Size): SquareRef {
  const held = Math.round(Math.min(Math.max(side, LEAST_SIDE), Math.max(picture.width, picture.height, LEAST_SIDE)));
  const within = (start: number, length: number) =>
    Math.round(Math.min(Math.max(start, Math.min(0, length - held)), Math.max(0, length - held)));
  return { x: within(x, picture.width), y: within(y, picture.height), side: held };
}

/** True where some of the hole lies outside of the region. */
export function leavesOut(region: Rect, bounds: Rect): boolean {
  const both = intersectRects(region, bounds);
  return both?.width !== bounds.width || both.height !== bounds.height;
}
