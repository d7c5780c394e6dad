import { Button, NumberInput, SegmentedControl, Slider } from '@mantine/core';
import { regionToText } from '../../../codebook/paint/region';
import { IconArrowsShuffle, IconClipboard, IconCopy, IconReplace, IconRestore } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { changedByLevel, selectCode } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Actions.module.css';

/** Farthest rung of the ladder. */
const MOST_NEAREST = 32;

/** What can be done with many codes at once. */
export function Actions() {
  const { session } = useLab();
  const selection = useLabState((state) => state.view.selection);
  const reach = useLabState((state) => state.view.reach);
  const several = useLabState((state) => state.grids.length > 1);
  const hasRegion = useLabState((state) => state.region !== null);
  const opened = useLabState((state) => state.opened);
  const code = useLabState(selectCode);
  if (!opened) return null;
  return (
    <Panel
      title="Selection"
      tessera="ochre"
      aside={selection ? `${selection.width} × ${selection.height}` : 'all codes'}
    >
      <div className={classes.buttons}>
        <Button
          leftSection={<IconCopy size={14} stroke={1.7} />}
          onClick={() => {
            const region = session.copy();
            // Other pages, and other tabs of this one, can paste it too. Where the browser refuses, this page still can.
            if (region) void navigator.clipboard?.writeText(regionToText(region)).catch(() => undefined);
          }}
          data-testid="paint-copy"
        >
          Copy
        </Button>
        <Button
          leftSection={<IconClipboard size={14} stroke={1.7} />}
          disabled={!hasRegion}
          onClick={() => session.paste()}
          data-testid="paint-paste"
        >
          Paste
        </Button>
        <Button disabled={!selection} onClick={() => session.fillSelection()} data-testid="paint-fill">
          Fill
        </Button>
        <Button disabled={!selection} onClick={() => session.deselect()} data-testid="paint-deselect">
          Select none
        </Button>
      </div>
      {several && (
        <SegmentedControl
          aria-label="Which grids are copied"
          value={reach}
          onChange={(value) => session.look({ reach: value })}
          data={[
            { value: 'all', label: 'Copy all grids' },
            { value: 'this', label: 'This one only' },
          ]}
        />
      )}
      <Ladder />
      <div className={classes.buttons}>
        <Button
          leftSection={<IconReplace size={14} stroke={1.7} />}
          title="Every use of the code under the cursor becomes the code in hand"
          onClick={() => session.replaceAll()}
          data-testid="paint-replace"
        >
          <ReplaceWords code={code} />
        </Button>
        <Button
          leftSection={<IconRestore size={14} stroke={1.7} />}
          onClick={() => session.restore()}
          data-testid="paint-restore"
        >
          As encoded
        </Button>
      </div>
      <Shuffle />
    </Panel>
  );
}

function ReplaceWords({ code }: { code: number }) {
  const under = useLabState(({ grids, view }) => {
    const grid = grids[view.level];
    return grid?.indices[view.cursor.y * grid.width + view.cursor.x];
  });
  return under === undefined ? 'Replace all' : `All ${under} → ${code}`;
}

/** Codes along their own lists of neighbours. */
function Ladder() {
  const { session } = useLab();
  const n = useLabState((state) => state.ladder);
  const selection = useLabState((state) => state.view.selection);
  const opened = useLabState((state) => state.opened);
  const grids = useLabState((state) => state.grids);
  const level = useLabState((state) => state.view.level);
  const painted = changedByLevel({ opened, grids })[level]?.length ?? 0;
  const size = grids[level]?.codebookSize ?? 1;
  const target = selection ? 'the selected codes' : painted > 0 ? 'the painted codes' : 'all codes';
  return (
    <div className={classes.knob}>
      <span className={classes.name}>
        {n === 0 ? `Neighbours of ${target}` : `Each the ${ordinal(n)} nearest of ${target}`}
      </span>
      <Slider
        size={4}
        thumbSize={16}
        label={null}
        min={0}
        max={Math.min(MOST_NEAREST, size - 1)}
        value={n}
        onChange={(value) => void session.setLadder(value)}
        onChangeEnd={() => session.ladderEnd()}
        thumbLabel={`Replace ${target} by their nth nearest code`}
        thumbProps={{ 'aria-valuetext': n === 0 ? 'as they are' : `${ordinal(n)} nearest` }}
        data-testid="paint-ladder"
      />
    </div>
  );
}

function Shuffle() {
  const { session } = useLab();
  const seed = useLabState((state) => state.view.seed);
  return (
    <div className={classes.seeded}>
      <Button
        leftSection={<IconArrowsShuffle size={14} stroke={1.7} />}
        onClick={() => session.shuffle()}
        data-testid="paint-shuffle"
      >
        Shuffle
      </Button>
      <NumberInput
        size="xs"
        aria-label="Seed of the next shuffle"
        value={seed}
        min={0}
        max={2 ** 32 - 1}
        allowDecimal={false}
        allowNegative={false}
        onChange={(value) => value !== '' && session.look({ seed: Number(value) >>> 0 })}
        w={110}
        prefix="seed "
        data-testid="paint-seed"
      />
    </div>
  );
}

/** "1st", "2nd", "3rd", "11th". */
export function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}
