import { CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { tick, tooltipBox } from '../../ui/chartLook';
import type { CurveChart } from './curve';
import classes from './ModelDetails.module.css';

const strokes = ['var(--lapis)', 'var(--ochre)', 'var(--verdigris)'];
/** One chart of a model's training. Loaded with Recharts when a card is opened. */
export default function LossCurve({ chart }: { chart: CurveChart }) {
  const { title, unit, series, points, along } = chart;
  const last = points.at(-1);
  const ends = series.map(({ key, label }) => `${label} ${last?.[key] ?? ''}`).join(', ');
  return (
    <figure aria-label={`${title} during training; at the end: ${ends} ${unit}`} className={classes.chart}>
      <figcaption className={classes.label}>
        {title}
        {unit && `, ${unit}`}
      </figcaption>
      <ResponsiveContainer width="100%" height={190}>
        <LineChart data={points} margin={{ top: 8, right: 14, bottom: 4, left: -8 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey={along}
            type="number"
            domain={[0, 'auto']}
            tick={tick}
            tickFormatter={(value: number) =>
              `${Math.round(value).toLocaleString('en-US')}${along === 'minutes' ? ' min' : ''}`
            }
            axisLine={{ stroke: 'var(--line-strong)' }}
            tickLine={false}
            minTickGap={40}
          />
          <YAxis domain={['auto', 'auto']} tick={tick} axisLine={false} tickLine={false} width={56} />
          <Tooltip
            labelFormatter={(value) => `${along === 'minutes' ? 'Minute' : 'Step'} ${Number(value)}`}
            contentStyle={tooltipBox}
          />
          {series.length > 1 && <Legend iconType="plainline" wrapperStyle={{ fontSize: 12, color: 'var(--ink-2)' }} />}
          {series.map(({ key, label }, i) => (
            <Line
              key={key}
              dataKey={key}
              name={label}
              stroke={strokes[i] ?? 'var(--ink-2)'}
              strokeWidth={2}
              dot={points.length < 30 ? { r: 2 } : false}
              connectNulls
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}
