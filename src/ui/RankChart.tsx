import { useEffect, useId, useRef, useState } from 'react';
import { formatInteger } from './format';
import { drawRanks, MARGIN, type RankScene } from './rankChart/draw';
import { rankAt, type RankScale } from './rankChart/geometry';
import { sharpCanvas } from './sharpCanvas';
import { useSize } from './useSize';
import classes from './RankChart.module.css';

export interface RankChartProps {
  /** Falling. */
  readonly counts: ArrayLike<number>;
  readonly scale: RankScale;
  readonly fit: RankScene['fit'];
  /** Ranks from 0. */
  readonly chosen: number | null;
  readonly hovered: number | null;
  readonly lit: readonly number[];
  readonly onChoose: (rank: number) => void;
  readonly onHover: (rank: number | null) => void;
  readonly label: string;
  readonly describe: (rank: number) => string;
  readonly schemeKey: string;
}

/** Counts, the largest first: pointed at, clicked, and walked with the arrow keys. */
export function RankChart(props: RankChartProps) {
  const { counts, scale, fit, chosen, hovered, lit, onChoose, onHover, label, describe, schemeKey } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(box);
  const [inside, setInside] = useState(false);

  useEffect(() => {
    const sharp = sharpCanvas(canvas.current, size);
    if (!sharp) return;
    const { context, ratio, colour } = sharp;
    drawRanks(context, size.width, size.height, ratio, {
      ...{ counts, scale, fit, chosen, lit, hovered: inside ? hovered : null },
      colours: {
        ...{ ink: colour('--ink'), faint: colour('--ink-3'), line: colour('--line'), bar: colour('--lapis') },
        ...{ fit: colour('--terracotta'), accent: colour('--ochre'), lit: colour('--ochre') },
      },
    });
  }, [counts, scale, fit, chosen, hovered, inside, lit, size, schemeKey]);

  const pointed = (event: React.PointerEvent<HTMLElement> | React.MouseEvent<HTMLElement>): number => {
    const rect = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - rect.left - MARGIN.left) / (rect.width - MARGIN.left - MARGIN.right);
    return rankAt(share, counts.length, scale);
  };
  const current = chosen ?? 0;
  const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

  return (
    <div
      ref={box}
      className={classes.chart}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={1}
      aria-valuemax={counts.length}
      aria-valuenow={current + 1}
      aria-valuetext={chosen === null ? `${formatInteger(counts.length)} codes` : describe(chosen)}
      id={id}
      data-testid="rank-chart"
      onPointerMove={(event) => {
        setInside(true);
        onHover(pointed(event));
      }}
      onPointerLeave={() => {
        setInside(false);
        onHover(null);
      }}
      onClick={(event) => onChoose(pointed(event))}
      onKeyDown={(event) => {
        const last = counts.length - 1;
        const ends: Readonly<Record<string, number>> = { Home: 0, End: last };
        const step = steps[event.key];
        const next = ends[event.key] ?? (step === undefined ? undefined : chosen === null ? 0 : current + step);
        if (next === undefined) return;
        event.preventDefault();
        onChoose(Math.min(last, Math.max(0, next)));
      }}
    >
      <canvas ref={canvas} className={classes.canvas} aria-hidden="true" />
    </div>
  );
}
