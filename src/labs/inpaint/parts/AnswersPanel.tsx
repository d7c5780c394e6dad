import { Button, SegmentedControl, Slider, Tooltip } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import { formatMs } from '../../../ui/format';
import { IconBrush, IconCheck, IconDownload, IconEye, IconSparkles } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import type { PictureLike } from '../../../ui/types';
import { isAbort, messageOf } from '../../abort';
import { download, stemOf } from '../../download';
import { tinted, titleOf, type Generation } from '../answers';
import type { BlendName } from '../spec';
import { selectBusy, selectGeneration } from '../store';
import { useLab, useLabState, useShown } from './labState';
import classes from './AnswersPanel.module.css';

/** What was made of the hole: to choose from, to compare, to go on with. */
export function AnswersPanel() {
  const all = useLabState((state) => state.generations);
  const key = useLabState((state) => state.picture?.key);
  const live = useLabState((state) => state.live);
  const shown = useShown();
  const mine = all.filter(({ picture }) => picture === key);
  const [newest, ...older] = [...mine].reverse();
  const rows = useRef<HTMLDivElement>(null);
  const isLive = live !== null;
  const made = newest?.id;
  useEffect(() => {
    // What was asked for comes into view, with as little moving as can be.
    if (isLive || made !== undefined) rows.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [isLive, made]);
  const scored = shown?.generation.result.scores.some(({ bitsPerCode }) => bitsPerCode !== null);
  const timings = shown?.generation.result.timings;
  return (
    <Panel
      title="Answers"
      tessera="verdigris"
      aside={
        <>
          {timings && (
            <span data-testid="run-time">
              {timings.passes} passes in {formatMs(timings.sampleMs)}
              {timings.warm ? '' : ', first run'}
            </span>
          )}
          <DownloadButton />
        </>
      }
      lesson={
        mine.length === 0
          ? 'Several at once, each from a seed of its own: they differ where the picture leaves room.'
          : scored === false
            ? 'In the order of their seeds: this prior has no likelihood.'
            : 'Likeliest first. Bits are for each code of the hole, as the prior sees it: less is likelier, and more is bolder.'
      }
    >
      <div ref={rows} className={classes.newest}>
        {live && live.thumbs.length > 0 && <LiveRow thumbs={live.thumbs} />}
        {newest && <Row generation={newest} titled={mine.length > 1} withHole />}
      </div>
      {shown && <Actions />}
      {older.map((generation) => (
        <Row key={generation.id} generation={generation} titled />
      ))}
      {!newest && !live && <p className={classes.empty}>Nothing yet.</p>}
    </Panel>
  );
}

/** Answers while they come about. */
function LiveRow({ thumbs }: { thumbs: readonly PictureLike[] }) {
  return (
    <div className={classes.row} data-testid="inpaint-live">
      {thumbs.map((thumb, i) => (
        <span key={i} className={classes.answer}>
          <span className={classes.thumb}>
            <PictureCanvas picture={thumb} label="" decorative />
          </span>
        </span>
      ))}
    </div>
  );
}

/** @param withHole begins with the picture as it was */
function Row(props: { generation: Generation; titled: boolean; withHole?: boolean }) {
  const { generation, titled, withHole = false } = props;
  const { session } = useLab();
  const shown = useLabState((state) => state.shown);
  const all = useLabState((state) => state.generations);
  const { id, order, thumbs, options, result } = generation;
  const rankOf = (ref: { generation: number; answer: number }) =>
    (all.find((one) => one.id === ref.generation)?.order.indexOf(ref.answer) ?? 0) + 1;
  const hole = useMemo(() => tinted(options.picture, options.hole), [options]);
  const active = shown?.generation === id;
  return (
    <div className={classes.generation}>
      {titled && <h3 className={classes.title}>{titleOf(generation, rankOf)}</h3>}
      <div className={classes.row} role="radiogroup" aria-label={titleOf(generation, rankOf)}>
        {withHole && (
          <button
            type="button"
            role="radio"
            aria-checked={shown === null}
            aria-label="The picture with its hole"
            className={classes.answer}
            onClick={() => session.showAnswer(null)}
            data-testid="inpaint-original"
          >
            <span className={classes.thumb}>
              <PictureCanvas picture={hole} label="" decorative />
            </span>
            <small>the hole</small>
          </button>
        )}
        {order.map((answer, rank) => {
          const thumb = thumbs[answer];
          const bits = result.scores[answer]?.bitsPerCode ?? null;
          const figure = bits === null ? '' : `${bits.toFixed(2)} bits`;
          return (
            <button
              key={answer}
              type="button"
              role="radio"
              aria-checked={active && shown.answer === answer}
              aria-label={`Answer ${rank + 1}: ${figure && `${figure} a code, `}seed ${result.seeds[answer]}`}
              className={classes.answer}
              onClick={() => session.showAnswer({ generation: id, answer })}
              data-testid="inpaint-answer"
            >
              <span className={classes.thumb}>{thumb && <PictureCanvas picture={thumb} label="" decorative />}</span>
              <small>
                {figure && <b>{figure}</b>} seed {result.seeds[answer]}
              </small>
            </button>
          );
        })}
      </div>
    </div>
  );
}

const BLENDS: readonly { value: BlendName; label: string }[] = [
  { value: 'none', label: 'None' },
  { value: 'feather', label: 'Feather' },
  { value: 'poisson', label: 'Poisson' },
];

/** What can be done with the answer on the screen. */
function Actions() {
  const { session } = useLab();
  const blend = useLabState((state) => state.spec.blend);
  const renoise = useLabState((state) => state.spec.renoise);
  const busy = useLabState(selectBusy);
  const twoGrids = useLabState((state) => (selectGeneration(state)?.layout.length ?? 1) > 1);
  const compare = (comparing: boolean) => session.look({ comparing });
  return (
    <div className={classes.actions}>
      <span className={classes.group}>
        <span className={classes.label} id="inpaint-blend">
          Seam
        </span>
        <SegmentedControl
          aria-labelledby="inpaint-blend"
          value={blend}
          onChange={(value) => session.change({ blend: value })}
          data={[...BLENDS]}
          data-testid="inpaint-blend"
        />
      </span>
      <Button
        leftSection={<IconEye size={15} stroke={1.7} />}
        onPointerDown={() => compare(true)}
        onPointerUp={() => compare(false)}
        onPointerLeave={() => compare(false)}
        onPointerCancel={() => compare(false)}
        onKeyDown={(event) => event.key === ' ' && compare(true)}
        onKeyUp={() => compare(false)}
        onBlur={() => compare(false)}
        data-testid="inpaint-compare"
      >
        Hold: original
      </Button>
      <Tooltip label="Paint over a spot of the answer first">
        <Button
          leftSection={<IconBrush size={15} stroke={1.7} />}
          disabled={busy}
          onClick={() => void session.refill()}
          data-testid="inpaint-refill"
        >
          Refill the spot
        </Button>
      </Tooltip>
      <span className={classes.more}>
        <Tooltip label={`Goes back ${Math.round(renoise * 100)} % of the way to noise, and on from there`}>
          <Button
            leftSection={<IconSparkles size={15} stroke={1.7} />}
            disabled={busy}
            onClick={() => void session.more()}
            data-testid="inpaint-more"
          >
            More like this
          </Button>
        </Tooltip>
        <Slider
          className={classes.slider ?? ''}
          size={4}
          thumbSize={16}
          label={null}
          min={0.1}
          max={1}
          step={0.05}
          value={renoise}
          onChange={(value) => session.change({ renoise: value }, 'renoise')}
          onChangeEnd={() => session.endGesture()}
          thumbLabel="How far back to noise"
          thumbProps={{ 'aria-valuetext': `${Math.round(renoise * 100)} percent` }}
          data-testid="inpaint-renoise"
        />
        <span className={classes.value}>{Math.round(renoise * 100)} %</span>
      </span>
      {twoGrids && (
        <Tooltip label="Its structure (the coarse codes) stays, its texture (the fine ones) is drawn anew">
          <Button
            leftSection={<IconSparkles size={15} stroke={1.7} />}
            disabled={busy}
            onClick={() => void session.texture()}
            data-testid="inpaint-texture"
          >
            Other textures
          </Button>
        </Tooltip>
      )}
      <Tooltip label="It becomes the picture, and the next hole is painted on it">
        <Button
          leftSection={<IconCheck size={15} stroke={1.7} />}
          disabled={busy}
          onClick={() => void session.accept()}
          data-testid="inpaint-accept"
        >
          Take it and go on
        </Button>
      </Tooltip>
    </div>
  );
}

function DownloadButton() {
  const { session, context } = useLab();
  const picture = useLabState((state) => state.picture);
  const save = async () => {
    try {
      const png = await session.download();
      if (png) download(png, `${stemOf(picture?.name ?? 'picture')}-inpainted.png`);
    } catch (error) {
      if (!isAbort(error)) context.notify({ kind: 'error', title: 'Not saved', message: messageOf(error) });
    }
  };
  return (
    <Button
      leftSection={<IconDownload size={14} stroke={1.7} />}
      disabled={!picture}
      title="Save the picture on the screen as PNG, at full size"
      onClick={() => void save()}
      data-testid="inpaint-download"
    >
      PNG
    </Button>
  );
}
