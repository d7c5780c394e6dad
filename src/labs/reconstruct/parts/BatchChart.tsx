import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { tick, tooltipBox } from '../../../ui/chartLook';
import type { BatchRow } from '../batch';

/** The PSNR of every picture, from the hardest to the easiest. */
export default function BatchChart({ rows }: { rows: readonly BatchRow[] }) {
  const data = rows
    .filter((row) => row.psnr !== null && Number.isFinite(row.psnr))
    .map((row) => ({ name: row.name, psnr: Number(row.psnr!.toFixed(2)) }))
    .sort((a, b) => a.psnr - b.psnr);
  return (
    <figure aria-label="PSNR of each picture, sorted; the figures are in the table below">
      <ResponsiveContainer width="100%" height={150}>
        <BarChart data={data} margin={{ top: 8, right: 0, bottom: 0, left: -14 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="name" hide />
          <YAxis unit=" dB" width={64} tick={tick} axisLine={false} tickLine={false} />
          <Tooltip
            cursor={{ fill: 'var(--shade)' }}
            formatter={(value) => [`${String(value)} dB`, 'PSNR']}
            contentStyle={tooltipBox}
          />
          <Bar dataKey="psnr" fill="var(--lapis)" isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}
