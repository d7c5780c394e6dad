import { formatCount } from '../format';
import { heightOf, startOfRank, ticksOf, type RankScale } from './geometry';

export interface RankScene {
  /** Falling. */
  readonly counts: ArrayLike<number>;
  readonly scale: RankScale;
  /** The fitted count of a rank from 1; drawn where both axes are logarithmic. */
  readonly fit: { readonly at: (rank: number) => number; readonly ranks: number } | null;
  readonly chosen: number | null;
  readonly hovered: number | null;
  /** Ranks with a mark under the axis. */
  readonly lit: readonly number[];
  readonly colours: Readonly<Record<'ink' | 'faint' | 'line' | 'bar' | 'fit' | 'accent' | 'lit', string>>;
}

/** Margins for the numbers, in CSS pixels. */
export const MARGIN = { left: 46, right: 10, top: 10, bottom: 26 };

/** Draws the chart into a canvas of `width` x `height` CSS pixels at `ratio` device pixels for each. */
export function drawRanks(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  ratio: number,
  scene: RankScene,
): void {
  const { counts, scale, colours } = scene;
  const most = counts[0] ?? 0;
  const plot = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const x = (rank: number) => MARGIN.left + startOfRank(rank, counts.length, scale) * plot.width;
  const y = (value: number) => MARGIN.top + (1 - heightOf(value, most, scale)) * plot.height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '12px ui-sans-serif, system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of ticksOf(most, scale !== 'linear')) {
    const at = Math.round(y(tick)) + 0.5;
    context.fillStyle = colours.line;
    context.fillRect(MARGIN.left, at, plot.width, 1);
    context.fillStyle = colours.faint;
    context.fillText(formatCount(tick), MARGIN.left - 6, at);
  }
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  for (const tick of ticksOf(counts.length, scale === 'rank')) {
    if (tick === 0) continue;
    context.fillStyle = colours.faint;
    context.fillText(formatCount(tick), Math.min(width - 18, x(tick - 1)), height - 6);
  }
  drawBars(context, scene, x, y, height - MARGIN.bottom);
  if (scene.fit && scale === 'rank') drawFit(context, scene.fit, counts.length, most, colours.fit, x, y);
  const mark = (rank: number, colour: string, reach: number) => {
    const value = counts[rank] ?? 0;
    const middle = (x(rank) + x(rank + 1)) / 2;
    context.fillStyle = colour;
    context.fillRect(middle - reach, y(value), 2 * reach, Math.max(2, height - MARGIN.bottom - y(value)));
    context.beginPath();
    context.arc(middle, y(value), 2 + 2 * reach, 0, 2 * Math.PI);
    context.fill();
  };
  context.fillStyle = colours.lit;
  for (const rank of scene.lit)
    context.fillRect((x(rank) + x(rank + 1)) / 2 - 0.75, height - MARGIN.bottom + 1, 1.5, 5);
  if (scene.hovered !== null) mark(scene.hovered, colours.ink, 0.75);
  if (scene.chosen !== null) mark(scene.chosen, colours.accent, 1);
}

/** One column of pixels shows the highest of its ranks, so that no rank is lost where there are more ranks than pixels. */
function drawBars(
  context: CanvasRenderingContext2D,
  { counts, colours }: RankScene,
  x: (rank: number) => number,
  y: (value: number) => number,
  ground: number,
) {
  context.fillStyle = colours.bar;
  let painted = -Infinity;
  for (let rank = 0; rank < counts.length; rank++) {
    const value = counts[rank]!;
    if (value <= 0) continue;
    const left = x(rank);
    const right = x(rank + 1);
    if (right < painted + 0.4) continue;
    const joint = right - left > 5 ? 1 : 0;
    context.fillRect(left, y(value), Math.max(0.5, right - left - joint), ground - y(value));
    painted = right;
  }
}

function drawFit(
  context: CanvasRenderingContext2D,
  fit: NonNullable<RankScene['fit']>,
  count: number,
  most: number,
  colour: string,
  x: (rank: number) => number,
  y: (value: number) => number,
) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  for (const [from, to, dash] of [
    [1, fit.ranks, []],
    [fit.ranks, count, [4, 4]],
  ] as const) {
    context.setLineDash([...dash]);
    context.beginPath();
    for (let i = 0; i <= 40; i++) {
      const rank = from * (to / from) ** (i / 40);
      context.lineTo(x(rank - 1), y(Math.min(fit.at(rank), most * 4)));
    }
    context.stroke();
  }
  context.setLineDash([]);
}
