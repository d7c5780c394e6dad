import { Button, Slider } from '@mantine/core';
import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { tick, tooltipBox } from '../../../ui/chartLook';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { STRIP_EVERY, whyNoMix } from '../mixing';
import type { Mix } from '../store';
import { useLab, useLabState } from './labState';
import classes from './MixPanel.module.css';

/** From one picture to another in the space of latents: the vectors move smoothly, the codes jump. */
export default function MixPanel() {
  const { session } = useLab();
  const mix = useLabState((state) => state.mix);
  const opened = useLabState((state) => state.opened);
  const second = useLabState((state) => state.second);
  const why = whyNoMix({ opened, second });
  return (
    <Panel
      title="From this picture to the second"
      tessera="verdigris"
      lesson="The encoder's vectors of both pictures are mixed, evenly; each mix is quantized and decoded. The vectors move smoothly, the codes jump."
      aside={
        mix?.running ? (
          <Button onClick={() => session.stopMix()} data-testid="mix-stop">
            Stop
          </Button>
        ) : (
          <Button disabled={why !== null} onClick={() => void session.mix()} data-testid="mix-start">
            {mix ? 'Mix again' : 'Mix'}
          </Button>
        )
      }
    >
      {why && <p className={classes.hint}>{why}</p>}
      {!why && mix && mix.steps.length > 0 && <Steps mix={mix} from={opened?.name ?? ''} to={second?.name ?? ''} />}
    </Panel>
  );
}

const percent = (t: number) => `${Math.round(t * 100)} %`;

function Steps({ mix, from, to }: { mix: Mix; from: string; to: string }) {
  const { session } = useLab();
  const { steps, pictures, at, count } = mix;
  const step = steps[at];
  const all = steps[0]?.codes.reduce((sum, grid) => sum + grid.length, 0) ?? 1;
  const picture = pictures.get(at);
  const strip = Array.from({ length: count }, (_, i) => i).filter((i) => i % STRIP_EVERY === 0);
  return (
    <div className={classes.mix} data-testid="mix">
      <div className={classes.now}>
        <div className={classes.picture}>
          {picture ? (
            <PictureCanvas
              picture={picture}
              label={`The mix at ${percent(step?.t ?? 0)}`}
              pixelated
              testId="mix-picture"
            />
          ) : (
            <span className={classes.hint}>Decoding</span>
          )}
        </div>
        <Button disabled={!step} onClick={() => session.takeMix()} data-testid="mix-take">
          Paint on this
        </Button>
      </div>
      <div className={classes.way}>
        <div className={classes.ends}>
          <span>{from}</span>
          <span aria-live="polite">
            {step
              ? `${percent(step.t)}: ${step.moved} of ${all} codes have jumped, ${step.jumped} of them in this step`
              : 'Quantizing'}
          </span>
          <span>{to}</span>
        </div>
        <Slider
          size={4}
          thumbSize={16}
          label={null}
          min={0}
          max={count - 1}
          value={at}
          onChange={(value) => void session.mixAt(value)}
          thumbLabel="Where between the two pictures"
          thumbProps={{ 'aria-valuetext': percent(at / (count - 1)) }}
          data-testid="mix-slider"
        />
        <div className={classes.strip} role="group" aria-label="Steps on the way">
          {strip.map((i) => {
            const one = pictures.get(i);
            return (
              <button
                key={i}
                type="button"
                className={classes.thumb}
                aria-label={percent(i / (count - 1))}
                aria-pressed={i === at}
                onClick={() => void session.mixAt(i)}
              >
                {one && <PictureCanvas picture={one} label="" decorative />}
              </button>
            );
          })}
        </div>
        <Chart mix={mix} all={all} />
      </div>
    </div>
  );
}

function Chart({ mix, all }: { mix: Mix; all: number }) {
  const data = mix.steps.map(({ t, jumped, moved }) => ({
    t: Math.round(t * 1000) / 10,
    jumped,
    moved: Math.round((moved / all) * 1000) / 10,
    way: Math.round(t * 1000) / 10,
  }));
  const now = data[mix.at]?.t;
  return (
    <figure aria-label="Codes that jump at each step, and the share that has jumped, against the way of the latents">
      <ResponsiveContainer width="100%" height={170}>
        <ComposedChart data={data} margin={{ top: 8, right: 0, bottom: 0, left: -18 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis
            dataKey="t"
            padding={{ left: 8, right: 8 }}
            type="number"
            domain={[0, 100]}
            unit=" %"
            tick={tick}
            axisLine={false}
            tickLine={false}
          />
          <YAxis yAxisId="count" tick={tick} axisLine={false} tickLine={false} width={52} allowDecimals={false} />
          <YAxis
            yAxisId="share"
            orientation="right"
            domain={[0, 100]}
            unit=" %"
            tick={tick}
            axisLine={false}
            tickLine={false}
            width={52}
          />
          <Tooltip
            cursor={{ fill: 'var(--shade)' }}
            contentStyle={tooltipBox}
            labelFormatter={(t) => `at ${Number(t)} %`}
          />
          <Bar
            yAxisId="count"
            dataKey="jumped"
            name="codes that jump here"
            fill="var(--terracotta)"
            isAnimationActive={false}
          />
          <Line
            yAxisId="share"
            dataKey="way"
            name="way of the latents, %"
            stroke="var(--ink-3)"
            strokeDasharray="4 3"
            dot={false}
            isAnimationActive={false}
          />
          <Line
            yAxisId="share"
            dataKey="moved"
            name="codes that have jumped, %"
            type="stepAfter"
            stroke="var(--lapis)"
            strokeWidth={2}
            dot={false}
            isAnimationActive={false}
          />
          {now !== undefined && <ReferenceLine yAxisId="count" x={now} stroke="var(--accent)" />}
        </ComposedChart>
      </ResponsiveContainer>
      <figcaption className={classes.hint}>
        Bars: codes that jump at a step. Steps: the share that has jumped. Dashed: how far the latents are.
      </figcaption>
    </figure>
  );
}
