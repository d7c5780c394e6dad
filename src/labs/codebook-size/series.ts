/** What the chart draws: lines of held-out means, and the visitor's picture on top. */
import type { TokenizerSummary } from '../../engine/types';
import type { RateFile } from './rate';
import { ladderOf } from './sizes';
import type { OwnPoint } from './store';

export interface ChartPoint {
  readonly rate: number;
  readonly value: number;
  /** For the box under the pointer. */
  readonly words: string;
}

export interface Series {
  readonly name: string;
  /** A colour token of ui/tokens.css, without the dashes. */
  readonly colour: string;
  readonly isOwn: boolean;
  readonly isLine: boolean;
  readonly points: readonly ChartPoint[];
}

const COLOURS = {
  drop: 'terracotta',
  merge: 'verdigris',
  trained: 'lapis',
  webp: 'ochre',
  avif: 'ink-3',
  other: 'ink-2',
} as const;
const NAMES = { drop: 'Drop', merge: 'Merge', trained: 'Trained', webp: 'WebP', avif: 'AVIF' } as const;

type Score = 'psnr' | 'ssim';

/** Lines first, the visitor's dots on top of them; nothing that has no points. */
export function seriesOf(
  rates: RateFile | null,
  models: readonly TokenizerSummary[],
  model: TokenizerSummary,
  own: readonly OwnPoint[],
  score: Score,
): Series[] {
  const all = [...heldOut(rates, models, model, score), ...ownSeries(own, score)];
  return all.filter(({ points }) => points.length > 0);
}

function heldOut(
  rates: RateFile | null,
  models: readonly TokenizerSummary[],
  model: TokenizerSummary,
  score: Score,
): Series[] {
  if (!rates) return [];
  const ladder = new Set(ladderOf(models, model).map((rung) => rung.model.id));
  ladder.add(model.id);
  const point = (words: string) => (one: RateFile['points'][number]) => ({
    rate: one.bitsPerPixel,
    value: one[score],
    words: `${words}, ${one.size} codes`,
  });
  const byRate = (points: readonly ChartPoint[]) => [...points].sort((a, b) => a.rate - b.rate);
  const whole = rates.points.filter(({ way, modelId }) => way === 'trained' && modelId === model.id);
  const ways = (['drop', 'merge'] as const).map((way): Series => {
    const points = rates.points.filter((one) => one.way === way && one.modelId === model.id);
    return {
      ...{ name: NAMES[way], colour: COLOURS[way], isOwn: false, isLine: true },
      points: points.length ? byRate([...points, ...whole].map(point(NAMES[way]))) : [],
    };
  });
  const trained = rates.points.filter(({ way, modelId }) => way === 'trained' && ladder.has(modelId));
  const others = rates.points.filter(({ way, modelId }) => way === 'trained' && !ladder.has(modelId));
  const nameOf = (id: string) => models.find((one) => one.id === id)?.title ?? id;
  return [
    ...ways,
    {
      ...{ name: NAMES.trained, colour: COLOURS.trained, isOwn: false, isLine: true },
      points: byRate(trained.map((one) => point(nameOf(one.modelId))(one))),
    },
    {
      ...{ name: 'FSQ, residual VQ, two levels', colour: COLOURS.other, isOwn: false, isLine: false },
      points: others.map((one) => point(nameOf(one.modelId))(one)),
    },
    ...rates.codecs.map(({ codec, points }): Series => ({
      ...{ name: NAMES[codec], colour: COLOURS[codec], isOwn: false, isLine: true },
      points: byRate(
        points.map((one) => ({
          rate: one.bitsPerPixel,
          value: one[score],
          words: `${NAMES[codec]}, quality ${one.quality}`,
        })),
      ),
    })),
  ];
}

function ownSeries(own: readonly OwnPoint[], score: Score): Series[] {
  return (['drop', 'merge', 'trained', 'webp', 'avif'] as const).map((way) => ({
    ...{ name: `${NAMES[way]}, your picture`, colour: COLOURS[way], isOwn: true, isLine: false },
    points: own
      .filter((one) => one.way === way && Number.isFinite(one[score]))
      .map((one) => ({
        rate: one.bitsPerPixel,
        value: one[score],
        words: `${NAMES[way]}, your picture, ${one.size} ${way === 'webp' || way === 'avif' ? 'bytes' : 'codes'}`,
      }))
      .sort((a, b) => a.rate - b.rate),
  }));
}
