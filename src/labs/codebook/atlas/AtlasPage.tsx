import { Button, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useCallback, useMemo, useRef } from 'react';
import { CodeAtlas } from '../../../ui/CodeAtlas';
import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import { useSize } from '../../../ui/useSize';
import { layoutOf, possibleSorts, stageWidth } from '../orders';
import { useLab, useLabState } from '../parts/labState';
import { Pointed } from '../parts/Pointed';
import { useFacts } from '../parts/useFacts';
import { SORTS, type AtlasView, type SortName } from '../spec';
import { selectAtlas, selectCode, selectGrid, selectModel, selectSize } from '../store';
import { ContextPanel } from './ContextPanel';
import classes from './AtlasPage.module.css';

const NAMES: Readonly<Record<SortName, string>> = {
  index: 'Index',
  usage: 'Usage',
  hue: 'Hue',
  brightness: 'Brightness',
  group: 'Group',
  norm: 'Norm',
  pca: 'PCA',
  lattice: 'Lattice',
};

const LESSONS: Readonly<Record<SortName, string>> = {
  index: 'In the order of their numbers, which means nothing: training gave them out by chance.',
  usage: 'The most used code of the training set first, the dead ones last.',
  hue: 'By the mean colour of what they paint: greys first, then around the colour circle.',
  brightness: 'From dark to light.',
  group: 'By the kind of picture each is most typical of.',
  norm: 'By the length of the vector, the shortest first.',
  pca: 'The first principal component of the vectors runs down, the second across: what lies near is near in the codebook.',
  lattice:
    'Half of the lattice’s dimensions run across, nested, the others down: each step is one level of one dimension.',
};

const VIEWS: readonly { value: AtlasView; label: string }[] = [
  { value: 'alone', label: 'Alone' },
  { value: 'context', label: 'In the picture' },
  { value: 'effect', label: 'Its effect' },
];

/** Every code as a picture. */
export default function AtlasPage() {
  const { session } = useLab();
  const view = useLabState((state) => state.spec.view);
  const atlas = useLabState(selectAtlas);
  const size = useLabState(selectSize);
  const model = useLabState(selectModel);
  const sort = useLabState((state) => state.spec.sort);
  const facts = useFacts();
  const sorts = possibleSorts(SORTS, facts);
  const shown = sorts.includes(sort) ? sort : 'index';
  const stage = useRef<HTMLDivElement>(null);
  const box = useSize(stage);
  return (
    <>
      <Panel
        title="Atlas"
        tessera="verdigris"
        aside={model && `${formatInteger(size)} codes, each tiled 3 × 3 and decoded alone`}
        lesson={LESSONS[shown]}
      >
        <div className={classes.controls}>
          <SegmentedControl
            size="xs"
            className={classes.sorts ?? ''}
            aria-label="Order of the codes"
            data-testid="atlas-sort"
            value={shown}
            onChange={(value) => void session.change({ sort: value })}
            data={sorts.map((value) => ({ value, label: NAMES[value] }))}
          />
        </div>
        <div className={classes.stage} ref={stage}>
          {atlas ? (
            <Atlas sort={shown} width={stageWidth(size, box.height > 0 ? box.width / box.height : 1)} />
          ) : (
            <p className={classes.empty}>{model ? 'Opening the atlas…' : 'Starting the engine…'}</p>
          )}
        </div>
        {atlas && (
          <Pointed otherwise="Point at a patch to read it, click to choose it. The wheel (after a click), two fingers or + and − zoom; drag to move." />
        )}
        {atlas && <Filling />}
      </Panel>
      <Panel
        title="What a code does"
        tessera="terracotta"
        lesson={
          view === 'alone'
            ? 'The decoder looks around: the same code paints differently beside others. Try 64 of them at one place of the picture.'
            : 'The same place of the picture with 64 codes in turn, each decoded with everything around it as it is.'
        }
        aside={
          <SegmentedControl
            size="xs"
            aria-label="How codes are shown"
            data-testid="atlas-view"
            value={view}
            onChange={(value) => void session.change({ view: value })}
            data={[...VIEWS]}
          />
        }
      >
        <ContextPanel />
      </Panel>
    </>
  );
}

function Atlas({ sort, width }: { sort: SortName; width: number }) {
  const { session, store } = useLab();
  const atlas = useLabState(selectAtlas);
  const chosen = useLabState(selectCode);
  const hovered = useLabState((state) => state.hovered);
  const grid = useLabState(selectGrid);
  const scheme = useComputedColorScheme('light');
  const facts = useFacts();
  const complete = atlas?.done === atlas?.count;
  // While it grows, codes stay where they come.
  const layout = useMemo(() => layoutOf(complete ? sort : 'index', facts, width), [complete, sort, facts, width]);
  const marks = useMemo(() => {
    const faded = new Set<number>();
    if (facts.counts) for (let code = 0; code < facts.count; code++) if (!facts.counts[code]) faded.add(code);
    return { faded, lit: new Set(grid?.indices ?? []) };
  }, [facts, grid]);
  const onVisible = useCallback((visible: readonly number[]) => store.setState({ visible }), [store]);
  if (!atlas) return null;
  return (
    <CodeAtlas
      sheet={atlas.sheet}
      layout={layout}
      chosen={chosen}
      hovered={hovered}
      marks={marks}
      onChoose={(code) => void session.change({ code })}
      onHover={(code) => code !== store.getState().hovered && store.setState({ hovered: code })}
      onVisible={onVisible}
      label={`Atlas of ${facts.count} codes. Arrow keys choose, plus and minus zoom.`}
      describe={(code) => `Code ${code}${facts.counts ? `, used ${facts.counts[code] ?? 0} times in training` : ''}`}
      schemeKey={scheme}
    />
  );
}

/** What is under the atlas: how far it is decoded, and what its marks mean. */
function Filling() {
  const { session } = useLab();
  const atlas = useLabState(selectAtlas);
  const dead = useLabState((state) => state.usage.get(selectModel(state)?.id ?? '') !== null);
  if (!atlas) return null;
  if (atlas.done < atlas.count)
    return (
      <div className={classes.filling}>
        <ProgressLine
          testId="atlas-progress"
          fraction={atlas.done / atlas.count}
          message={`${formatInteger(atlas.done)} of ${formatInteger(atlas.count)} codes decoded${atlas.running ? '' : ', stopped'}`}
        />
        {atlas.running ? (
          <Button onClick={() => session.stopAtlas()} data-testid="atlas-stop">
            Stop
          </Button>
        ) : (
          <Button onClick={() => void session.resumeAtlas()} data-testid="atlas-resume">
            Decode the rest
          </Button>
        )}
      </div>
    );
  return (
    <p className={classes.legend}>
      <span>
        <i className={classes.lit} /> used in this picture
      </span>
      {dead && (
        <span>
          <i className={classes.faded} /> dead: never used in training
        </span>
      )}
    </p>
  );
}
