import {
  CartesianGrid,
  ReferenceDot,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { useMemo } from 'react';
import { tick, tooltipBox } from '../../../ui/chartLook';
import { seriesOf, type ChartPoint } from '../series';
import { selectModel } from '../store';
import { useLabState } from './labState';
import classes from './Details.module.css';

const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Rate against distortion; the rate on a logarithmic axis. */
export default function RateChart() {
  const rates = useLabState((state) => state.rates);
  const models = useLabState((state) => state.models);
  const model = useLabState(selectModel);
  const own = useLabState((state) => state.own);
  const shown = useLabState((state) => state.shown);
  const score = useLabState((state) => state.view.score);
  const series = useMemo(
    () => (model ? seriesOf(rates, models, model, own, score) : []),
    [rates, models, model, own, score],
  );
  const all = series.flatMap(({ points }) => points.map(({ rate }) => rate));
  const [least, most] = [Math.min(...all, 0.1), Math.max(...all, 0.2)];
  const words = series
    .map(
      ({ name, points }) =>
        `${name}: ${points.map(({ rate, value }) => `${rate.toFixed(3)} bits ${value.toFixed(2)}`).join(', ')}`,
    )
    .join('; ');
  const unit = score === 'psnr' ? ' dB' : '';
  return (
    <figure
      className={classes.chart}
      aria-label={`Chart of ${score.toUpperCase()} against bits per pixel. ${words}`}
      data-testid="rate-chart"
    >
      <ul className={classes.legend} aria-hidden="true">
        {series.map(({ name, colour, isOwn }) => (
          <li key={name}>
            <span style={{ borderColor: `var(--${colour})`, background: isOwn ? `var(--${colour})` : 'var(--card)' }} />
            {name}
          </li>
        ))}
      </ul>
      <ResponsiveContainer width="100%" height={360}>
        <ScatterChart margin={{ top: 8, right: 16, bottom: 16, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" />
          <XAxis
            dataKey="rate"
            type="number"
            scale="log"
            domain={[least * 0.9, most * 1.1]}
            ticks={TICKS.filter((at) => at >= least * 0.9 && at <= most * 1.1)}
            tick={tick}
            allowDataOverflow
            label={{
              value: 'bits per pixel',
              position: 'insideBottom',
              offset: -8,
              fill: 'var(--ink-2)',
              fontSize: 12,
            }}
          />
          <YAxis
            dataKey="value"
            type="number"
            domain={['auto', 'auto']}
            unit={unit}
            width={64}
            tick={tick}
            tickFormatter={(value: number) => (score === 'psnr' ? value.toFixed(0) : value.toFixed(2))}
          />
          <Tooltip
            cursor={{ stroke: 'var(--line-strong)' }}
            contentStyle={tooltipBox}
            content={({ active, payload }) => {
              const point = payload?.[0]?.payload as ChartPoint | undefined;
              if (!active || !point) return null;
              return (
                <div style={{ ...tooltipBox, padding: '6px 9px' }}>
                  <div>{point.words}</div>
                  <div>
                    {point.rate.toFixed(4)} bits per pixel, {point.value.toFixed(score === 'psnr' ? 2 : 4)}
                    {unit}
                  </div>
                </div>
              );
            }}
          />
          {series.map(({ name, colour, isOwn, isLine, points }) => (
            <Scatter
              key={name}
              name={name}
              data={points}
              fill={isOwn ? `var(--${colour})` : 'var(--card)'}
              stroke={`var(--${colour})`}
              line={isLine ? { stroke: `var(--${colour})`, strokeWidth: 1.5 } : false}
              shape={isOwn ? 'circle' : isLine ? 'circle' : 'diamond'}
              isAnimationActive={false}
            />
          ))}
          {shown && Number.isFinite(shown.run.metrics[score]) && (
            <ReferenceDot
              x={shown.bitsPerPixel}
              y={shown.run.metrics[score]}
              r={8}
              fill="none"
              stroke="var(--accent)"
              strokeWidth={2.5}
            />
          )}
        </ScatterChart>
      </ResponsiveContainer>
    </figure>
  );
}
