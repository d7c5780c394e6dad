import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { tick, tooltipBox } from '../../../ui/chartLook';
import type { CurvePoint } from '../store';
import { SIDES } from './labState';
import classes from './Charts.module.css';

/** Told apart by colour and by dash. */
const LINES = {
  left: { colour: 'var(--terracotta)', dash: '7 4', name: 'Left' },
  right: { colour: 'var(--lapis)', dash: 'none', name: 'Right' },
} as const;

const CHARTS = [
  { of: 'perplexity', title: 'Perplexity', digits: 1 },
  { of: 'used', title: 'Codes in use', digits: 0 },
  { of: 'error', title: 'Square error', digits: 4 },
] as const;

/** Perplexity, living codes and error against steps, a line for each side. Loaded with Recharts. */
export default function Charts({ curve }: { curve: readonly CurvePoint[] }) {
  return (
    <div className={classes.charts}>
      <p className={classes.legend}>
        {SIDES.map((side) => (
          <span key={side}>
            <svg width="26" height="8" aria-hidden="true">
              <line
                x1="0"
                x2="26"
                y1="4"
                y2="4"
                strokeWidth="2"
                style={{ stroke: LINES[side].colour }}
                strokeDasharray={LINES[side].dash}
              />
            </svg>
            {LINES[side].name}
          </span>
        ))}
      </p>
      {CHARTS.map(({ of, title, digits }) => (
        <figure key={of} aria-label={`${title} against steps; the newest figures are under the stages`}>
          <figcaption className={classes.title}>{title}</figcaption>
          <ResponsiveContainer width="100%" height={132}>
            <LineChart
              data={curve.map((point) => ({ step: point.step, left: point[of][0], right: point[of][1] }))}
              margin={{ top: 6, right: 10, bottom: 0, left: 0 }}
              accessibilityLayer={false}
            >
              <CartesianGrid stroke="var(--line)" vertical={false} />
              <XAxis
                type="number"
                dataKey="step"
                domain={[0, 'dataMax']}
                allowDecimals={false}
                tickCount={4}
                tick={tick}
                tickLine={false}
              />
              <YAxis domain={[0, 'auto']} tick={tick} tickLine={false} axisLine={false} width={44} />
              <Tooltip
                formatter={(value) => Number(value).toFixed(digits)}
                labelFormatter={(step) => `step ${Number(step)}`}
                contentStyle={tooltipBox}
                itemStyle={{ color: 'var(--ink)' }}
              />
              {SIDES.map((side) => (
                <Line
                  key={side}
                  dataKey={side}
                  name={LINES[side].name}
                  stroke={LINES[side].colour}
                  strokeDasharray={LINES[side].dash}
                  strokeWidth={2}
                  dot={false}
                  isAnimationActive={false}
                />
              ))}
            </LineChart>
          </ResponsiveContainer>
        </figure>
      ))}
    </div>
  );
}
