/** Colours of codes on the map, by what is known of them. Pure. */
import type { OrderFacts } from './orders';
import type { ColourName } from './spec';

/** From few to many: dark blue through teal to yellow, even in lightness (viridis, at five places). */
const RAMP = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
] as const;

/** A colour of the ramp for a share, 0 .. 1. */
export function rampColour(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (RAMP.length - 1);
  const low = Math.min(RAMP.length - 2, Math.floor(at));
  const mix = RAMP[low]!.map((value, i) => Math.round(value + (RAMP[low + 1]![i]! - value) * (at - low)));
  return `rgb(${mix.join(' ')})`;
}

export const rampCss = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(rampColour).join(', ')})`;

/** A colour for each of `count` groups: around the circle, in two lightnesses. */
export const groupColour = (group: number, count: number): string =>
  group < 0
    ? 'rgb(128 128 128)'
    : `hsl(${((group * 360) / Math.max(1, count)).toFixed(0)} 62% ${group % 2 ? 42 : 58}%)`;

/** The colour of each code, [count]; plain grey where what it needs is not known. */
export function coloursOf(colour: ColourName, facts: OrderFacts, groups: number): string[] {
  const { count, colours, counts, groupOf, norms } = facts;
  const all = (paint: (code: number) => string) => Array.from({ length: count }, (_, code) => paint(code));
  if (colour === 'usage' && counts) {
    const most = Math.log1p(Array.from(counts).reduce((a, b) => Math.max(a, b), 1));
    return all((code) => rampColour(Math.log1p(counts[code]!) / most));
  }
  if (colour === 'norm' && norms) {
    const [low, high] = [norms.reduce((a, b) => Math.min(a, b)), norms.reduce((a, b) => Math.max(a, b))];
    return all((code) => rampColour((norms[code]! - low) / (high - low || 1)));
  }
  if (colour === 'group' && groupOf) return all((code) => groupColour(groupOf[code]!, groups));
  if (colour === 'patch' && colours)
    return all((code) => `rgb(${[0, 1, 2].map((c) => Math.round(colours[code * 3 + c]!)).join(' ')})`);
  return all(() => 'rgb(128 128 128)');
}
