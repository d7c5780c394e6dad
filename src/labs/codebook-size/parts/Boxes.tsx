import { Button, SegmentedControl, Slider } from '@mantine/core';
import { useMemo, useState, type PointerEvent } from 'react';
import type { Picture } from '../../../engine/types';
import { formatDb, formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { ProgressLine } from '../../../ui/ProgressLine';
import { heatPicture } from '../../frames';
import { failsAt, type PlaceMap } from '../places';
import { selectBusy } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Boxes.module.css';

/** The picture with all codes, with those that are left, and where the two part. */
export function Boxes() {
  return (
    <div className={classes.boxes}>
      <WholeBox />
      <ShownBox />
      <MapBox />
    </div>
  );
}

function WholeBox() {
  const whole = useLabState((state) => state.whole);
  const source = useLabState((state) => state.source);
  const [isInput, setInput] = useState(false);
  const picture: Picture | undefined = isInput ? (whole?.input ?? source?.picture) : whole?.image;
  return (
    <Panel
      title={isInput ? 'Your picture' : 'All codes'}
      tessera="ochre"
      className={classes.box ?? ''}
      aside={whole && !isInput && formatDb(whole.metrics.psnr)}
      lesson={isInput ? 'What the model is given.' : 'The model as it is: nothing is taken away.'}
    >
      <div className={classes.stage}>
        {picture ? (
          <PictureCanvas
            picture={picture}
            label={`${isInput ? 'Input' : 'With all codes'}: ${source?.name ?? ''}`}
            testId="whole"
          />
        ) : (
          <Waiting />
        )}
      </div>
      <div className={classes.foot}>
        <SegmentedControl
          aria-label="What the first box shows"
          value={isInput ? 'input' : 'whole'}
          onChange={(value) => setInput(value === 'input')}
          data={[
            { value: 'whole', label: 'All codes' },
            { value: 'input', label: 'Input' },
          ]}
        />
      </div>
    </Panel>
  );
}

function Waiting() {
  const phase = useLabState((state) => state.phase);
  const progress = useLabState((state) => state.progress);
  if (phase === 'failed' || phase === 'idle') return <p className={classes.empty}>No picture yet.</p>;
  return progress ? (
    <div className={classes.wait}>
      <ProgressLine fraction={progress.fraction} message={progress.message} />
    </div>
  ) : (
    <p className={classes.empty}>Loading</p>
  );
}

function ShownBox() {
  const { session } = useLab();
  const shown = useLabState((state) => state.shown);
  const grown = useLabState((state) => state.grown);
  const source = useLabState((state) => state.source);
  const busy = useLabState(selectBusy);
  const counted = useLabState((state) => state.counted);
  const words = counted && (counted.isShipped ? `its use in ${counted.words}` : counted.words);
  const lesson = !shown
    ? 'The picture, painted with the codes that are left.'
    : shown.method === 'trained'
      ? `Painted by ${shown.modelId}, which was trained with ${formatInteger(shown.size)} codes.`
      : `${shown.method === 'drop' ? 'The least used codes are gone' : 'Near codes are one, weighed'} by ${words ?? 'their use'}.`;
  return (
    <Panel
      title={grown ? 'Grown' : shown ? `${formatInteger(shown.size)} codes` : 'Fewer codes'}
      tessera="verdigris"
      className={classes.box ?? ''}
      aside={shown && formatDb(shown.run.metrics.psnr)}
      lesson={counted?.problem && shown?.method !== 'trained' ? `${lesson} ${counted.problem}` : lesson}
    >
      <div className={classes.stage} aria-busy={busy}>
        {shown ? (
          <PictureCanvas
            picture={shown.run.image}
            label={`With ${shown.size} codes: ${source?.name ?? ''}`}
            testId="shown"
            name={`${shown.method} ${shown.size}`}
          />
        ) : (
          <Waiting />
        )}
      </div>
      <div className={classes.foot}>
        {busy && shown && (
          <Button size="compact-sm" variant="subtle" onClick={() => session.cancel()}>
            Stop
          </Button>
        )}
        {grown && (
          <Button size="compact-sm" onClick={() => void session.retry()}>
            Back to the slider
          </Button>
        )}
      </div>
    </Panel>
  );
}

function MapBox() {
  const { session } = useLab();
  const map = useLabState((state) => state.view.map);
  const shown = useLabState((state) => state.shown);
  const sweep = useLabState((state) => state.sweep);
  const sweeping = useLabState((state) => state.sweeping);
  const method = useLabState((state) => state.spec.method);
  const tolerance = useLabState((state) => state.spec.tolerance);
  const done = sweep?.method === method ? sweep.sizes : null;
  const most = done?.[0]?.size ?? 2;
  const fails = useMemo(() => done && failsAt(done, tolerance), [done, tolerance]);
  const values: PlaceMap | null =
    map === 'fails' ? fails : map === 'changed' ? (shown?.changedAt ?? null) : (shown?.errors ?? null);
  const picture = useMemo(() => {
    if (!values) return null;
    const scale = (value: number) =>
      map === 'fails'
        ? value
          ? Math.max(0.12, Math.log2(value) / Math.log2(most))
          : 0
        : map === 'error'
          ? value / 48
          : value;
    return heatPicture(values.values.map(scale), values.width, values.height, 1);
  }, [values, map, most]);
  const [place, setPlace] = useState<number | null>(null);
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const canvas = event.currentTarget.querySelector('canvas')?.getBoundingClientRect();
    if (!canvas || !values) return;
    const column = Math.floor(((event.clientX - canvas.left) / canvas.width) * values.width);
    const row = Math.floor(((event.clientY - canvas.top) / canvas.height) * values.height);
    const inside = column >= 0 && row >= 0 && column < values.width && row < values.height;
    setPlace(inside ? row * values.width + column : null);
  };
  return (
    <Panel
      title="Where it fails"
      tessera="terracotta"
      className={classes.box ?? ''}
      lesson={
        map === 'fails'
          ? 'Light places break first, while there are still many codes; dark ones never do.'
          : map === 'changed'
            ? 'Light places have another code than with the whole codebook.'
            : 'The error under each code, in grey levels: light is 48 or more.'
      }
    >
      <div className={classes.stage} onPointerMove={point} onPointerLeave={() => setPlace(null)}>
        {picture && values ? (
          <PictureCanvas picture={picture} label={describe(map, values)} pixelated testId="fail-map" />
        ) : (
          <p className={classes.empty}>
            {map === 'fails'
              ? 'Not measured yet: the picture is painted at two sizes for each halving.'
              : shown?.changedAt === null
                ? 'Another model has another codebook: its codes cannot be compared.'
                : 'No picture yet.'}
          </p>
        )}
      </div>
      <div className={classes.foot}>
        <SegmentedControl
          aria-label="What the map shows"
          data-testid="map-kind"
          value={map}
          onChange={(value) => session.look({ map: value })}
          data={[
            { value: 'error', label: 'Error' },
            { value: 'changed', label: 'Changed' },
            { value: 'fails', label: 'Fails first' },
          ]}
        />
        <span data-testid="map-words" aria-live="off">
          {place !== null && values && wordsAt(map, values, place)}
        </span>
      </div>
      {map === 'fails' && (
        <div className={classes.fails}>
          <span id="tolerance-label">Fails above +{tolerance} grey levels</span>
          <Slider
            min={1}
            max={32}
            value={Math.min(tolerance, 32)}
            onChange={(value) => void session.change({ tolerance: value }, 'tolerance')}
            onChangeEnd={() => session.endGesture()}
            label={null}
            thumbLabel="Error above which a place has failed"
            thumbProps={{ 'aria-valuetext': `${tolerance} grey levels` }}
          />
          {sweeping ? (
            <>
              <ProgressLine fraction={sweeping.fraction} message={sweeping.message} testId="sweeping" />
              <Button onClick={() => session.cancel()}>Stop</Button>
            </>
          ) : (
            <Button onClick={() => void session.sweep()} disabled={!shown} data-testid="sweep">
              {done ? 'Measure again' : 'Find where it fails first'}
            </Button>
          )}
        </div>
      )}
    </Panel>
  );
}

function wordsAt(map: 'error' | 'changed' | 'fails', { width, values }: PlaceMap, place: number): string {
  const value = values[place] ?? 0;
  const where = `${(place % width) + 1}, ${Math.floor(place / width) + 1}`;
  if (map === 'error') return `${where}: ${value.toFixed(1)} grey levels`;
  if (map === 'changed') return `${where}: ${value ? 'another code' : 'the same code'}`;
  return `${where}: ${value ? `fails at ${formatInteger(value)} codes` : 'holds to the end'}`;
}

function describe(map: 'error' | 'changed' | 'fails', { values }: PlaceMap): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  if (map === 'error') return `Map of the error under each code; mean ${mean.toFixed(1)} grey levels`;
  if (map === 'changed') return `Map of changed codes: ${Math.round(mean * 100)} % of the places`;
  return `Map of the size at which each place fails: ${values.filter((at) => at > 0).length} of ${values.length} places fail`;
}
