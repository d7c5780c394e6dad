import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { tick, tooltipBox } from '../../../ui/chartLook';
import { PROCESSES, STEP_CHOICES, type ProcessName } from './ask';
import { ChartLegend } from './ChartLegend';
import type { ComparisonPoint } from './store';

/** Told apart by colour and by dash. */
const LINES: Readonly<Record<ProcessName, { readonly colour: string; readonly dash: string }>> = {
  'mask-replace': { colour: 'var(--lapis)', dash: 'none' },
  absorbing: { colour: 'var(--terracotta)', dash: '7 4' },
  uniform: { colour: 'var(--verdigris)', dash: '2 3' },
};

const steps = STEP_CHOICES.toReversed();

/** Validity against steps, a line for each process. Loaded with Recharts after the first run. */
export default function CompareChart({ points }: { points: readonly ComparisonPoint[] }) {
  const rows = steps.map((numSteps) => ({
    numSteps,
    ...Object.fromEntries(
      points
        .filter((point) => point.numSteps === numSteps)
        .map(({ process, score }) => [process, (100 * score.valid) / score.samples]),
    ),
  }));
  return (
    <figure aria-label="Validity against steps, a line for each noise process; the figures are in the table below">
      <ChartLegend lines={PROCESSES.map(({ name, title }) => ({ name: title, ...LINES[name] }))} />
      <ResponsiveContainer width="100%" height={240}>
        <LineChart data={rows} margin={{ top: 12, right: 16, bottom: 4, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            type="number"
            dataKey="numSteps"
            scale="log"
            domain={['dataMin', 'dataMax']}
            ticks={steps}
            tick={tick}
            tickLine={false}
            unit=" steps"
          />
          <YAxis domain={[0, 100]} unit=" %" tick={tick} tickLine={false} axisLine={false} width={56} />
          <Tooltip
            formatter={(value) => `${Number(value).toFixed(1)} %`}
            labelFormatter={(value) => `${Number(value)} steps`}
            contentStyle={tooltipBox}
            itemStyle={{ color: 'var(--ink)' }}
          />
          {PROCESSES.map(({ name, title }) => (
            <Line
              key={name}
              dataKey={name}
              name={title}
              stroke={LINES[name].colour}
              strokeDasharray={LINES[name].dash}
              strokeWidth={2}
              dot={{ r: 3, fill: LINES[name].colour, strokeDasharray: 'none' }}
              connectNulls
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}
