import { Button, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { lazy, Suspense, useMemo, useRef } from 'react';
import { rankCodes, usageOf } from '../../../codebook/counts';
import { fitPowerLaw, MIN_FITTED_COUNT, MIN_RANKS } from '../../../codebook/powerLaw';
import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import { RankChart } from '../../../ui/RankChart';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { CodeButton } from '../parts/CodeButton';
import { useLab, useLabState } from '../parts/labState';
import { codeSetOf, selectSetName, setNames, type CodeSet } from '../sets';
import { selectAtlas, selectCode, selectGrid, selectSize, type CollectionName } from '../store';
import { PairsPanel } from './PairsPanel';
import { PicturesTable } from './PicturesTable';
import classes from './HealthPage.module.css';

const BatchChart = lazy(() => import('./BatchChart'));

/** The set of the page, counted once for each state of it. */
function useSet(): CodeSet | null {
  const { store } = useLab();
  const name = useLabState(selectSetName);
  const usage = useLabState((state) => state.usage);
  const picture = useLabState((state) => state.picture);
  const collections = useLabState((state) => state.collections);
  const size = useLabState(selectSize);
  const level = useLabState((state) => state.spec.level);
  const model = useLabState((state) => state.spec.model);
  return useMemo(() => {
    // What the set is made of; it is counted from the state as it is.
    void [usage, picture, collections, size, level, model];
    return codeSetOf(store.getState(), name);
  }, [store, name, usage, picture, collections, size, level, model]);
}

/** How the codebook is used. */
export default function HealthPage() {
  const set = useSet();
  return (
    <>
      <SetPanel set={set} />
      {set && (
        <>
          <HistogramPanel set={set} />
          {set.pictures > 1 && (
            <Suspense fallback={null}>
              <BatchChart set={set} />
            </Suspense>
          )}
          <PairsPanel set={set} />
          {set.grids && set.grids.length > 1 && <PicturesTable grids={set.grids} />}
        </>
      )}
    </>
  );
}

/** Which pictures are counted, and what comes out. */
function SetPanel({ set }: { set: CodeSet | null }) {
  const { session } = useLab();
  const joined = useLabState((state) => setNames(state).map(({ name, title }) => `${name}\t${title}`).join('\n')); // prettier-ignore
  const names = joined.split('\n').map((line) => line.split('\t') as [string, string]);
  const name = useLabState(selectSetName);
  const size = useLabState(selectSize);
  const usage = useMemo(() => (set ? usageOf(set.counts) : null), [set]);
  return (
    <Panel
      title="Health"
      tessera="verdigris"
      lesson="A codebook is well used when few codes are dead and no few do all the work. Perplexity puts it in one number: as many codes, used alike, would be as hard to guess."
    >
      <SegmentedControl
        size="xs"
        className={classes.sets ?? ''}
        aria-label="Whose codes are counted"
        data-testid="health-set"
        value={name}
        onChange={(value) => void session.change({ set: value })}
        data={names.map(([value, label]) => ({ value, label }))}
      />
      {(name === 'samples' || name === 'own') && <Filling name={name} />}
      {set && usage ? (
        <ReadoutRow label={`Use of the codebook: ${set.title}`}>
          <Readout
            label="Codes counted"
            value={formatInteger(usage.total)}
            note={`in ${formatInteger(set.pictures)} picture${set.pictures === 1 ? '' : 's'}`}
          />
          <Readout
            label="Used"
            testId="health-used"
            value={`${formatInteger(usage.used)} of ${formatInteger(size)}`}
            note={`${((100 * usage.used) / size).toFixed(1)} %`}
          />
          <Readout
            label={set.name === 'train' ? 'Dead' : 'Not used'}
            value={formatInteger(usage.dead)}
            note={set.pictures < 50 ? 'few pictures use few codes' : 'not once in all these pictures'}
          />
          <Readout
            label="Perplexity"
            testId="health-perplexity"
            value={usage.perplexity.toFixed(1)}
            note={`${Math.log2(usage.perplexity || 1).toFixed(2)} of ${Math.log2(size).toFixed(2)} bits a code`}
          />
        </ReadoutRow>
      ) : (
        name === 'picture' && <p className={classes.note}>The picture is not encoded yet.</p>
      )}
    </Panel>
  );
}

/** Pictures are encoded one by one: how far, which were bad, and the way to start and stop. */
function Filling({ name }: { name: CollectionName }) {
  const { session } = useLab();
  const collection = useLabState((state) => state.collections[name]);
  const progress = useLabState((state) => state.progress);
  const samples = useLabState((state) => state.samples.length);
  const files = useRef<HTMLInputElement>(null);
  const done = (collection?.pictures.length ?? 0) + (collection?.bad.length ?? 0);
  return (
    <div className={classes.filling}>
      {collection?.running ? (
        <div className={classes.progress}>
          <ProgressLine
            testId="set-progress"
            fraction={done === 0 && progress ? progress.fraction : done / Math.max(1, collection.total)}
            message={done === 0 && progress ? progress.message : `${done} of ${collection.total} pictures encoded`}
          />
          <Button onClick={() => session.stopCollecting(name)} data-testid="set-stop">
            Stop
          </Button>
        </div>
      ) : (
        <div className={classes.progress}>
          <span className={classes.note}>
            {collection && done < collection.total
              ? `Stopped after ${done} of ${collection.total}.`
              : name === 'own'
                ? 'Drop a folder or many pictures anywhere on the page. They stay on this machine.'
                : `The ${samples} built-in pictures, encoded here and now.`}
          </span>
          {name === 'samples' ? (
            <Button onClick={() => void session.collect('samples')} data-testid="set-samples">
              Encode them
            </Button>
          ) : (
            <Button onClick={() => files.current?.click()} data-testid="set-folder">
              Choose a folder
            </Button>
          )}
        </div>
      )}
      <input
        ref={(input) => {
          files.current = input;
          input?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        hidden
        aria-label="Choose a folder of pictures"
        data-testid="set-folder-input"
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (chosen.length) void session.takeFiles(chosen);
        }}
      />
      {collection && collection.bad.length > 0 && (
        <details className={classes.bad} data-testid="set-bad">
          <summary>
            {collection.bad.length} left out: {collection.bad[0]!.name}
            {collection.bad.length > 1 && ' and others'}
          </summary>
          <ul>
            {collection.bad.map(({ name: file, message }, i) => (
              <li key={i}>
                <strong>{file}</strong>: {message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** Codes in each strip. */
const STRIP = 12;

/** Uses by rank, and the ends of that order. */
function HistogramPanel({ set }: { set: CodeSet }) {
  const { session, store } = useLab();
  const scale = useLabState((state) => state.spec.histogram);
  const chosen = useLabState(selectCode);
  const hovered = useLabState((state) => state.hovered);
  const grid = useLabState(selectGrid);
  const sheet = useLabState((state) => selectAtlas(state)?.sheet ?? null);
  const scheme = useComputedColorScheme('light');
  const { order, sorted, rankOf, fit, dead } = useMemo(() => {
    const ranked = rankCodes(set.counts);
    const falling = Float64Array.from(ranked, (code) => set.counts[code]!);
    const ranks = new Int32Array(ranked.length);
    ranked.forEach((code, rank) => (ranks[code] = rank));
    return {
      ...{ order: ranked, sorted: falling, rankOf: ranks, fit: fitPowerLaw(falling) },
      dead: Array.from(ranked).filter((code) => !set.counts[code]),
    };
  }, [set]);
  const law = useMemo(
    () => fit && { at: (rank: number) => fit.scale * rank ** -fit.exponent, ranks: fit.ranks },
    [fit],
  );
  const lit = useMemo(() => [...new Set(grid?.indices ?? [])].map((code) => rankOf[code]!), [grid, rankOf]);
  const rarest = useMemo(
    () =>
      Array.from(order)
        .filter((code) => set.counts[code])
        .reverse()
        .slice(0, STRIP),
    [order, set],
  );
  const words = (rank: number) => {
    const count = sorted[rank]!;
    return `Rank ${rank + 1}: code ${order[rank]}, used ${formatInteger(count)} time${count === 1 ? '' : 's'}`;
  };
  const strips = [
    { title: 'Most common', codes: Array.from(order.subarray(0, STRIP)).filter((code) => set.counts[code]) },
    { title: 'Rarest', codes: rarest },
    { title: `Never used (${formatInteger(dead.length)})`, codes: dead.slice(0, STRIP) },
  ];
  return (
    <Panel
      title="How often each code is used"
      tessera="lapis"
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Axes of the histogram"
          data-testid="health-scale"
          value={scale}
          onChange={(value) => void session.change({ histogram: value })}
          data={[
            { value: 'linear', label: 'Linear' },
            { value: 'log', label: 'Log' },
            { value: 'rank', label: 'Rank-frequency' },
          ]}
        />
      }
      lesson={
        scale !== 'rank'
          ? 'The most used code on the left. Point at a bar, click it or walk with the arrow keys; ticks below are codes of this picture.'
          : fit
            ? `Fitted: count = ${fit.scale < 100 ? fit.scale.toFixed(1) : formatInteger(fit.scale)} · rank^−${fit.exponent.toFixed(3)}, R² ${fit.r2.toFixed(3)}${fit.r2 < 0.9 ? ': no power law' : ''}. Least squares of ln count on ln rank, ranks 1 to ${formatInteger(fit.ranks)} (those used ${MIN_FITTED_COUNT} times or more).`
            : `Fewer than ${MIN_RANKS} codes are used ${MIN_FITTED_COUNT} times or more: too few for a power law to be fitted.`
      }
    >
      <RankChart
        counts={sorted}
        scale={scale}
        fit={law}
        chosen={chosen === null ? null : rankOf[chosen]!}
        hovered={hovered === null ? null : (rankOf[hovered] ?? null)}
        lit={lit}
        onChoose={(rank) => void session.change({ code: order[rank] ?? null })}
        onHover={(rank) => {
          const code = rank === null ? null : (order[rank] ?? null);
          if (code !== store.getState().hovered) store.setState({ hovered: code });
        }}
        label={`Uses of each code by rank: ${set.title}`}
        describe={words}
        schemeKey={scheme}
      />
      <p className={classes.note} data-testid="health-pointed">
        {hovered !== null && hovered < rankOf.length
          ? words(rankOf[hovered]!)
          : chosen !== null
            ? words(rankOf[chosen]!)
            : 'Uses of each code, by rank.'}
      </p>
      {strips.map(
        ({ title, codes }) =>
          codes.length > 0 && (
            <div key={title}>
              <h3 className={classes.title}>{title}</h3>
              <div className={classes.strip}>
                {codes.map((code) => (
                  <CodeButton key={code} code={code} sheet={sheet} words={`used ${set.counts[code] ?? 0} times`}>
                    {formatInteger(set.counts[code] ?? 0)}
                  </CodeButton>
                ))}
              </div>
            </div>
          ),
      )}
    </Panel>
  );
}
