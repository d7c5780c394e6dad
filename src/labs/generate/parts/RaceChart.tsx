import { CartesianGrid, LabelList, ResponsiveContainer, Scatter, ScatterChart, XAxis, YAxis } from 'recharts';
import { tick } from '../../../ui/chartLook';
import { formatMs } from '../../../ui/format';
import type { Lane } from '../race';

/** Time against held-out score: to the left is faster, lower is better. Loaded with Recharts after a race. */
export default function RaceChart({ lanes }: { lanes: readonly Lane[] }) {
  const points = lanes.flatMap(({ title, timings, bitsPerToken }) =>
    timings && bitsPerToken !== null ? [{ title, timeMs: timings.sampleMs, bits: bitsPerToken }] : [],
  );
  const words = points
    .map(({ title, timeMs, bits }) => `${title}: ${formatMs(timeMs)}, ${bits.toFixed(2)} bits`)
    .join('; ');
  return (
    <figure aria-label={`Time against held-out bits per token. ${words}`} data-testid="race-chart">
      <ResponsiveContainer width="100%" height={210}>
        <ScatterChart margin={{ top: 20, right: 90, bottom: 16, left: 4 }} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" />
          <XAxis
            type="number"
            dataKey="timeMs"
            domain={[0, 'auto']}
            tick={tick}
            tickFormatter={(value: number) => formatMs(value)}
            tickLine={false}
          />
          <YAxis type="number" dataKey="bits" domain={['auto', 'auto']} tick={tick} tickLine={false} width={56} />
          <Scatter data={points} fill="var(--lapis)" isAnimationActive={false}>
            <LabelList dataKey="title" position="top" fill="var(--ink-2)" fontSize={12} />
          </Scatter>
        </ScatterChart>
      </ResponsiveContainer>
    </figure>
  );
}
