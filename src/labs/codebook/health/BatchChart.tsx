import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { perplexity } from '../../../codebook/counts';
import { tick, tooltipBox } from '../../../ui/chartLook';
import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { REPEATS } from '../analysis';
import { useLabState } from '../parts/labState';
import type { CodeSet } from '../sets';
import { selectSize } from '../store';
import classes from './HealthPage.module.css';

/** Perplexity against the number of pictures it is measured on. Loaded with Recharts. */
export default function BatchChart({ set }: { set: CodeSet }) {
  const seed = useLabState((state) => state.spec.seed);
  const batches = useLabState((state) => (state.batches?.key === `${set.key} ${seed}` ? state.batches : null));
  const size = useLabState(selectSize);
  const whole = perplexity(set.counts);
  const rows = new Map<number, Record<string, number | [number, number]>>();
  const add = (points: readonly { pictures: number; mean: number; low: number; high: number }[], name: string) => {
    for (const { pictures, mean, low, high } of points)
      rows.set(pictures, { ...(rows.get(pictures) ?? { pictures }), [name]: mean, [`${name}Range`]: [low, high] });
  };
  if (batches) add(batches.draws, 'draws');
  if (batches?.pictures) add(batches.pictures, 'own');
  const data = [...rows.values()].sort((a, b) => Number(a['pictures']) - Number(b['pictures']));
  const shape = { dot: { r: 2.5 }, isAnimationActive: false, strokeWidth: 2 };
  return (
    <Panel
      title="Perplexity depends on how many pictures it is measured on"
      tessera="ochre"
      lesson={`A batch of a few pictures cannot show all codes, so its perplexity is low however healthy the codebook is: figures of two runs compare only at the same batch size. All ${formatInteger(set.pictures)} pictures: ${whole.toFixed(1)} of ${formatInteger(size)}.`}
    >
      {data.length === 0 ? (
        <p className={classes.note}>Drawing batches…</p>
      ) : (
        <figure
          aria-label={`Perplexity of random batches: ${(batches?.pictures ?? batches?.draws ?? []).map((point) => `${point.pictures} pictures ${point.mean.toFixed(0)}`).join(', ')}`}
          data-testid="batch-chart"
        >
          <ResponsiveContainer width="100%" height={230}>
            <ComposedChart data={data} margin={{ top: 8, right: 12, bottom: 4, left: -8 }} accessibilityLayer={false}>
              <CartesianGrid vertical={false} stroke="var(--line)" />
              <XAxis
                dataKey="pictures"
                type="number"
                scale="log"
                domain={['dataMin', 'dataMax']}
                ticks={data.map((row) => Number(row['pictures'])).filter((n) => Number.isInteger(Math.log2(n) / 2))}
                tick={tick}
                stroke="var(--line-strong)"
              />
              <YAxis tick={tick} axisLine={false} tickLine={false} domain={[0, 'auto']} />
              <Tooltip
                contentStyle={tooltipBox}
                labelFormatter={(label) => `${Number(label)} pictures`}
                formatter={(value, name) => [
                  Array.isArray(value)
                    ? value.map((one) => Number(one).toFixed(1)).join(' to ')
                    : Number(value).toFixed(1),
                  name,
                ]}
              />
              <ReferenceLine y={whole} stroke="var(--line-strong)" strokeDasharray="2 4" />
              <Area
                dataKey="drawsRange"
                name="their range"
                stroke="none"
                fill="var(--lapis)"
                fillOpacity={0.14}
                isAnimationActive={false}
              />
              <Line
                dataKey="draws"
                name="codes drawn one by one"
                stroke="var(--lapis)"
                strokeDasharray="6 4"
                {...shape}
              />
              {batches?.pictures && (
                <>
                  <Area
                    dataKey="ownRange"
                    name="their range"
                    stroke="none"
                    fill="var(--terracotta)"
                    fillOpacity={0.16}
                    isAnimationActive={false}
                  />
                  <Line dataKey="own" name="random pictures" stroke="var(--terracotta)" {...shape} />
                </>
              )}
            </ComposedChart>
          </ResponsiveContainer>
          <p className={classes.legend}>
            {batches?.pictures && (
              <span>
                <i style={{ color: 'var(--terracotta)' }} />
                {REPEATS} batches of random pictures: mean and range
              </span>
            )}
            {batches && batches.draws.length > 0 && (
              <span>
                <i style={{ color: 'var(--lapis)', borderTopStyle: 'dashed' }} />
                as many codes drawn one by one from the training set’s counts, mean and range: the codes of one picture
                are more alike, so batches of pictures usually lie lower
              </span>
            )}
          </p>
        </figure>
      )}
    </Panel>
  );
}
