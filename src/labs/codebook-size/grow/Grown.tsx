import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Growth, GrowPoint } from '../../../engine/types';
import { tick, tooltipBox } from '../../../ui/chartLook';
import { formatDb, formatInteger, formatMs } from '../../../ui/format';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { changeWords } from './session';
import classes from './GrowPanel.module.css';

/** What came of it: figures, curves, use of the codes, pictures before and now. Loaded with Recharts. */
export default function Grown({ growth, curve }: { growth: Growth; curve: readonly GrowPoint[] }) {
  const { before, stepMs, size, counts, shown, backend } = growth;
  const now = curve.findLast(({ score }) => score !== null)?.score ?? before;
  const last = curve.at(-1);
  const used = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return (
    <>
      <ReadoutRow label="How far it is">
        <Readout
          label="Picture error, held back"
          value={changeWords(growth)}
          note={`${before.pictureError.toFixed(1)} before, ${now.pictureError.toFixed(1)} now (square, of 255)`}
          testId="grow-change"
        />
        <Readout label="PSNR, held back" value={formatDb(now.psnr)} note={`${formatDb(before.psnr)} before`} />
        <Readout
          label="Latent error, held back"
          value={now.latentError.toFixed(4)}
          note={`${before.latentError.toFixed(4)} before`}
        />
        <Readout label="Codes in use" value={`${used} of ${size}`} note="in the pictures that are learnt from" />
        <Readout
          label="Steps"
          value={formatInteger(last?.step ?? growth.steps)}
          note={`${stepMs === null ? '' : `${formatMs(stepMs)} each, `}${backend}`}
          testId="grow-step"
        />
      </ReadoutRow>
      <div className={classes.charts}>
        <Curve
          title="Latent error while it learns"
          rows={curve.map(({ step, latentError }) => ({ step, value: latentError }))}
          digits={4}
        />
        <Curve
          title="Picture error, held back"
          rows={curve.flatMap(({ step, score }) => (score ? [{ step, value: score.pictureError }] : []))}
          digits={1}
        />
        <figure aria-label={`Use of the codes, the most common first: ${used} of ${size} are used`}>
          <figcaption className={classes.title}>Use of the codes, the most common first</figcaption>
          <Usage counts={counts} size={size} />
        </figure>
      </div>
      <div className={classes.shown} tabIndex={0} role="group" aria-label="Held-back pictures, scrolls">
        <table>
          <caption className={classes.title}>Pictures that it never learnt from</caption>
          <tbody>
            {(
              [
                ['Picture', shown.inputs],
                ['Before', shown.before],
                ['Now', shown.now],
              ] as const
            ).map(([name, pictures]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {pictures.map((picture, i) => (
                  <td key={i} className={classes.picture}>
                    <PictureCanvas picture={picture} label={`${name}, picture ${i + 1}`} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={classes.note}>
        {!growth.canRevive &&
          `Too few pictures for ${size} codes to tell a dead one from a rare one: none is revived. More pictures, or fewer codes, change that. `}
        A prior that was trained on this tokenizer does not know what the codes mean now: keep what has grown for
        reconstructing and painting.
      </p>
    </>
  );
}

function Curve(props: { title: string; rows: readonly { step: number; value: number | null }[]; digits: number }) {
  const { title, rows, digits } = props;
  return (
    <figure aria-label={`${title} against steps; the newest figures are above`}>
      <figcaption className={classes.title}>{title}</figcaption>
      <ResponsiveContainer width="100%" height={150}>
        <LineChart data={[...rows]} margin={{ top: 8, right: 10, bottom: 0, left: 0 }} accessibilityLayer={false}>
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
          <YAxis domain={['auto', 'auto']} tick={tick} tickLine={false} axisLine={false} width={52} />
          <Tooltip
            formatter={(value) => Number(value).toFixed(digits)}
            labelFormatter={(step) => `step ${Number(step)}`}
            contentStyle={tooltipBox}
            itemStyle={{ color: 'var(--ink)' }}
          />
          <Line
            dataKey="value"
            name={title}
            stroke="var(--lapis)"
            strokeWidth={2}
            dot={rows.length < 12 ? { r: 2.5, fill: 'var(--lapis)' } : false}
            connectNulls
            isAnimationActive={false}
          />
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}

/** Columns of the drawing; several codes share one where there are more. */
const COLUMNS = 128;

function Usage({ counts, size }: { counts: Int32Array; size: number }) {
  const sorted = [...counts].sort((a, b) => b - a).slice(0, size);
  const columns = Math.min(COLUMNS, sorted.length);
  // The root: a few codes are used a hundred times as often as most.
  const top = Math.sqrt(Math.max(1, sorted[0] ?? 1));
  const bars = Array.from({ length: columns }, (_, i) => {
    const height = (100 * Math.sqrt(sorted[Math.floor((i * sorted.length) / columns)] ?? 0)) / top;
    return `M${i} 100V${(100 - height).toFixed(2)}H${i + 0.86}V100Z`;
  });
  return (
    <svg className={classes.usage} viewBox={`0 0 ${columns} 100`} preserveAspectRatio="none" aria-hidden="true">
      <path d={bars.join('')} />
    </svg>
  );
}
