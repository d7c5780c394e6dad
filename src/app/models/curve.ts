/** `curve.json` of a model folder: what was measured during training, as series for a chart. */

export interface CurveSeries {
  readonly key: string;
  readonly label: string;
}

/** Series that share one axis. */
export interface CurveChart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly CurveSeries[];
  readonly points: readonly Readonly<Record<string, number>>[];
  /** What runs along the bottom. */
  readonly along: 'minutes' | 'step';
}

interface ChartKind {
  readonly title: string;
  readonly unit: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reconstruction: `train` is dB there too. */
const psnrKind: ChartKind = {
  title: 'PSNR',
  unit: 'dB',
  labels: { psnr: 'held out', train: 'training batches' },
};
const bitsKind: ChartKind = {
  title: 'Bound',
  unit: 'bits per token',
  labels: { heldOut: 'held out', train: 'training batches' },
};
const ssimKind: ChartKind = { title: 'SSIM', unit: '', labels: { ssim: 'held out' } };

/**
 * The charts of a curve: PSNR and SSIM of a tokenizer, bits per token of a prior; none where it holds neither.
 * @param json an array of objects of numbers, with `minutes` or `step` in each
 */
export function readCurve(json: unknown): CurveChart[] {
  const rows = (Array.isArray(json) ? (json as unknown[]) : []).flatMap((row) => {
    const numbers = Object.entries(row ?? {}).filter(
      ([, value]) => typeof value === 'number' && Number.isFinite(value),
    );
    return [Object.fromEntries<number>(numbers as [string, number][])];
  });
  const has = (key: string) => rows.filter((row) => key in row).length > 1;
  const along = has('minutes') ? 'minutes' : 'step';
  if (!has(along)) return [];
  const kinds = has('heldOut') ? [bitsKind] : has('psnr') ? [psnrKind, ssimKind] : [];
  return kinds.flatMap(({ title, unit, labels }) => {
    const series = Object.entries(labels).flatMap(([key, label]) => (has(key) ? [{ key, label }] : []));
    const points = rows.filter((row) => along in row && series.some(({ key }) => key in row));
    return series.length ? [{ title, unit, series, points: points.sort((a, b) => a[along]! - b[along]!), along }] : [];
  });
}
