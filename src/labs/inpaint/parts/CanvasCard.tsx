import { Button } from '@mantine/core';
import { useCallback, useMemo, type CSSProperties } from 'react';
import { spansOf } from '../../../diffusion/layout';
import { MaskBrush } from '../../../ui/MaskBrush';
import { IconPlayerStop } from '../../../ui/icons';
import { ProgressLine } from '../../../ui/ProgressLine';
import primary from '../../primary.module.css';
import { selectBusy, selectGeneration, selectLayer, selectMode, selectTokenizer, type FreeCodes } from '../store';
import { useLab, useLabState, useShown } from './labState';
import { LabNotice } from './Notices';
import { ToolBar } from './ToolBar';
import classes from './CanvasCard.module.css';

/** The picture, large, with its hole; the tools above it, what to do next below. */
export function CanvasCard() {
  const image = useLabState((state) => state.picture?.image);
  const ratio = image ? image.height / image.width : 1;
  return (
    <section className={classes.card} aria-label="Picture">
      <ToolBar />
      <div className={classes.stage} style={{ '--ratio': ratio } as CSSProperties}>
        <Picture />
      </div>
      <LabNotice />
      <ActionBar />
    </section>
  );
}

function Picture() {
  const { session } = useLab();
  const picture = useLabState((state) => state.picture);
  const layer = useLabState(selectLayer);
  const answer = useLabState((state) => state.patch);
  const live = useLabState((state) => state.live);
  const busy = useLabState(selectBusy);
  const region = useLabState((state) => state.region);
  const shown = useLabState(selectGeneration);
  const square = useLabState((state) => selectMode(state) === 'square');
  const free = useLabState((state) => state.free);
  const { tool, size, hardness, comparing } = useLabState((state) => state.view);
  const mask = session.masks.get(layer);
  const onMaskChange = useCallback(
    (listener: Parameters<typeof session.masks.onChange>[1]) => session.masks.onChange(layer, listener),
    [session, layer],
  );
  const cells = useMemo(() => free && cellsOf(free), [free]);
  if (!picture || !mask) return <p className={classes.empty}>Drop a picture, or pick a sample above.</p>;
  const patch = live?.first ? { picture: live.first, rect: live.rect } : comparing ? null : answer;
  return (
    <MaskBrush
      picture={picture.image}
      patch={patch}
      mask={mask}
      onMaskChange={onMaskChange}
      showMask={!comparing && !live?.first}
      tint={layer}
      {...{ tool, size, hardness }}
      disabled={busy}
      square={comparing ? null : shown && !live ? null : (live?.rect ?? region)}
      onSquare={square ? ({ x, y, width }) => session.setSquare({ x, y, side: width }, 'square') : null}
      onSquareEnd={() => session.endGesture()}
      cells={comparing || (shown && !live) ? null : cells}
      onStroke={(from, to, pressure) => session.stroke(from, to, pressure)}
      onStrokeEnd={() => session.endStroke()}
      onStrokeCancel={() => session.cancelStroke()}
      onRectangle={(rect) => session.rectangle(rect)}
      onLasso={(points) => session.lasso(points)}
      label={`${picture.name}, ${picture.image.width} × ${picture.image.height} pixels.`}
      testId="inpaint-canvas"
    />
  );
}

/** The finest grid's free codes, as cells over the picture. */
function cellsOf({ rect, layout, places }: FreeCodes) {
  const level = layout.length - 1;
  const { first = 0, count = 0 } = spansOf(layout)[level] ?? {};
  const { width = 1, height = 1 } = layout[level] ?? {};
  return { rect, columns: width, rows: height, marked: places.subarray(first, first + count) };
}

function ActionBar() {
  const { session } = useLab();
  const busy = useLabState(selectBusy);
  const none = useLabState((state) => state.models.length === 0 && state.phase === 'failed');
  return (
    <div className={classes.actions}>
      <Status />
      <span className={classes.buttons}>
        {busy && (
          <Button
            leftSection={<IconPlayerStop size={15} />}
            onClick={() => session.cancel()}
            data-testid="inpaint-cancel"
          >
            Cancel
          </Button>
        )}
        <Button
          variant="filled"
          size="sm"
          title="Fill the hole (Enter)"
          classNames={{ root: primary.button ?? '' }}
          disabled={none}
          onClick={() => void session.fill()}
          data-testid="inpaint-fill"
        >
          Fill
        </Button>
      </span>
    </div>
  );
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What is going on, or what comes next. */
function Status() {
  const phase = useLabState((state) => state.phase);
  const progress = useLabState((state) => state.progress);
  const live = useLabState((state) => state.live);
  const words = useNextStep();
  if (phase === 'starting' && !progress) return <p className={classes.status}>{words}</p>;
  if (phase === 'idle' || phase === 'failed') return <p className={classes.status}>{words}</p>;
  const share = live ? live.step / Math.max(1, live.steps) : null;
  const message = progress
    ? capitalize(progress.message)
    : live
      ? `Step ${live.step} of ${live.steps}`
      : 'Looking at the picture';
  return (
    <div className={classes.wait}>
      <ProgressLine fraction={progress ? progress.fraction : share} message={message} testId="progress" />
    </div>
  );
}

function useNextStep(): string {
  const picture = useLabState((state) => state.picture);
  const bounds = useLabState((state) => state.bounds);
  const region = useLabState((state) => state.region);
  const resolution = useLabState((state) => selectTokenizer(state)?.resolution);
  const square = useLabState((state) => selectMode(state) === 'square');
  const spot = useLabState((state) => state.spotBounds !== null);
  const shown = useShown();
  if (!picture) return 'No picture yet.';
  if (shown)
    return spot
      ? 'The blue spot of this answer can be filled again: press Refill.'
      : `Answer ${shown.rank} of ${shown.generation.order.length}. Paint on it to mark a spot that should be filled again.`;
  if (!bounds) return 'Paint over what should go, then press Fill.';
  const hole = `The hole is ${bounds.width} × ${bounds.height} px.`;
  if (!region || !resolution) return hole;
  return square
    ? `${hole} The network sees the frame, ${region.width} × ${region.height} px, as ${resolution} × ${resolution}.`
    : `${hole} The network looks at it through windows of ${resolution} px, at full resolution.`;
}
