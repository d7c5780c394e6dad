import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { TilesPoint } from '../../../engine/types';
import { tick, tooltipBox } from '../../../ui/chartLook';
import { ChartLegend, type LegendLine } from './ChartLegend';
import classes from './TilesPanel.module.css';

interface Series extends LegendLine {
  readonly of: (point: TilesPoint) => number | null;
}

interface ChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly curve: readonly TilesPoint[];
  readonly unit: string;
  readonly digits: number;
  /** Upper end of the axis; null: as high as the figures. */
  readonly top: number | null;
  readonly floor?: { readonly value: number; readonly name: string };
}

const share = (of: 'valid' | 'neverShown') => (point: TilesPoint) =>
  point.score && (100 * point.score[of]) / point.score.samples;

const SHARES: readonly Series[] = [
  { name: 'Valid', colour: 'var(--lapis)', dash: 'none', of: share('valid') },
  { name: 'Valid and never shown', colour: 'var(--terracotta)', dash: '7 4', of: share('neverShown') },
];
const DISTANCE: readonly Series[] = [
  {
    ...{ name: 'Places that differ from the nearest map', colour: 'var(--verdigris)', dash: 'none' },
    of: ({ score }) => score && score.meanDistance,
  },
];
const LOSS: readonly Series[] = [{ name: 'Loss', colour: 'var(--lapis)', dash: 'none', of: ({ loss }) => loss }];

/** Validity, distance and loss against steps. Loaded with Recharts after the first point. */
export default function LearnChart({ curve, leastLoss }: { curve: readonly TilesPoint[]; leastLoss: number }) {
  return (
    <div className={classes.charts}>
      <Curve title="Valid samples" series={SHARES} curve={curve} unit=" %" digits={0} top={100} />
      <Curve title="Distance to the nearest map" series={DISTANCE} curve={curve} unit="" digits={2} top={null} />
      <Curve
        title="Loss, bits per code"
        series={LOSS}
        curve={curve}
        unit=""
        digits={3}
        top={null}
        floor={{ value: leastLoss, name: 'The exact denoiser' }}
      />
    </div>
  );
}

function Curve({ title, series, curve, unit, digits, top, floor }: ChartProps) {
  const rows = curve.map((point) => ({
    step: point.step,
    ...Object.fromEntries(series.map(({ name, of }) => [name, of(point)])),
  }));
  const drawn = [...series, ...(floor ? [{ name: floor.name, colour: 'var(--ink-3)', dash: '4 4' }] : [])];
  return (
    <figure aria-label={`${title} against steps; the newest figures are above`}>
      <ChartLegend lines={drawn} />
      <ResponsiveContainer width="100%" height={180}>
        <LineChart data={rows} margin={{ top: 10, right: 12, bottom: 2, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            type="number"
            dataKey="step"
            domain={['dataMin', 'dataMax']}
            allowDecimals={false}
            tickCount={4}
            tickFormatter={(step: number) => step.toLocaleString('en')}
            tick={tick}
            tickLine={false}
          />
          <YAxis domain={[0, top ?? 'auto']} unit={unit} tick={tick} tickLine={false} axisLine={false} width={50} />
          <Tooltip
            formatter={(value) => `${Number(value).toFixed(digits)}${unit}`}
            labelFormatter={(step) => `step ${Number(step).toLocaleString('en')}`}
            contentStyle={tooltipBox}
            itemStyle={{ color: 'var(--ink)' }}
          />
          {floor && <ReferenceLine y={floor.value} stroke="var(--ink-3)" strokeDasharray="4 4" />}
          {series.map(({ name, colour, dash }) => (
            <Line
              key={name}
              dataKey={name}
              name={name}
              stroke={colour}
              strokeDasharray={dash}
              strokeWidth={2}
              dot={false}
              connectNulls
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}
