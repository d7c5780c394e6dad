import { Button, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatCount, formatInteger } from '../../../ui/format';
import { NumberField } from '../../../ui/NumberField';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import { ScatterMap } from '../../../ui/ScatterMap';
import { coloursOf, groupColour, rampCss } from '../colours';
import { useLab, useLabState } from '../parts/labState';
import { Pointed } from '../parts/Pointed';
import { useFacts } from '../parts/useFacts';
import type { ColourName } from '../spec';
import { selectAtlas, selectCode, selectComponents, selectGrid, selectMapKey, selectSize, selectUsage } from '../store';
import classes from './MapPage.module.css';

const NAMES: Readonly<Record<ColourName, string>> = {
  patch: 'Own colour',
  usage: 'Usage',
  group: 'Group',
  norm: 'Norm',
};
/** Codes from which on a UMAP takes a while: say so before. */
const MANY = 4000;

/** The code vectors in the plane. */
export default function MapPage() {
  const { session } = useLab();
  const projection = useLabState((state) => state.spec.projection);
  const colour = useLabState((state) => state.spec.colour);
  const components = useLabState(selectComponents);
  const size = useLabState(selectSize);
  const facts = useFacts();
  const [dim, setDim] = useState(false);
  const names = (['patch', 'usage', 'group', 'norm'] as const).filter(
    (name) => (name !== 'usage' || facts.counts) && (name !== 'group' || facts.groupOf),
  );
  const shares = components?.explained.map((share) => `${(100 * share).toFixed(1)} %`).join(' and ');
  return (
    <Panel
      title="Map of the vectors"
      tessera="verdigris"
      aside={`${formatInteger(size)} vectors`}
      lesson={
        projection === 'pca'
          ? `The two directions along which the vectors differ most${shares ? `: ${shares} of their variance. What is left over cannot be seen here` : ''}.`
          : 'Neighbours stay neighbours as far as two dimensions allow (UMAP). How far apart clusters lie, and how large they are, means little.'
      }
    >
      <div className={classes.controls}>
        <SegmentedControl
          size="xs"
          aria-label="Projection"
          data-testid="map-projection"
          value={projection}
          onChange={(value) => void session.change({ projection: value })}
          data={[
            { value: 'pca', label: 'PCA' },
            { value: 'umap', label: 'UMAP' },
          ]}
        />
        <SegmentedControl
          size="xs"
          aria-label="Colour of the points"
          data-testid="map-colour"
          value={colour}
          onChange={(value) => void session.change({ colour: value })}
          data={names.map((value) => ({ value, label: NAMES[value] }))}
        />
        <Button size="xs" variant={dim ? 'filled' : 'default'} aria-pressed={dim} onClick={() => setDim(!dim)}>
          Only this picture’s
        </Button>
      </div>
      {projection === 'umap' && <Knobs />}
      <div className={classes.stage}>
        <Map dim={dim} />
      </div>
      <Pointed otherwise="Point at a code to read it, click to choose it. Zoom in: points become patches." />
      <Legend />
    </Panel>
  );
}

function Map({ dim }: { dim: boolean }) {
  const { session, store } = useLab();
  const projection = useLabState((state) => state.spec.projection);
  const colour = useLabState((state) => state.spec.colour);
  const components = useLabState(selectComponents);
  const key = useLabState(selectMapKey);
  const map = useLabState((state) => state.maps.get(key) ?? null);
  const mapping = useLabState((state) => (state.mapping?.key === key ? state.mapping : null));
  const atlas = useLabState(selectAtlas);
  const chosen = useLabState(selectCode);
  const hovered = useLabState((state) => state.hovered);
  const grid = useLabState(selectGrid);
  const groups = useLabState((state) => selectUsage(state)?.groups.length ?? 0);
  const scheme = useComputedColorScheme('light');
  const facts = useFacts();
  const colours = useMemo(() => coloursOf(colour, facts, groups), [colour, facts, groups]);
  const lit = useMemo(() => (dim && grid ? new Set(grid.indices) : null), [dim, grid]);
  const flat = useMemo(() => {
    if (!components) return null;
    const axes = components.points.length / facts.count;
    return Float64Array.from({ length: facts.count * 2 }, (_, i) =>
      i % 2 < axes ? components.points[(i >> 1) * axes + (i % 2)]! : 0,
    );
  }, [components, facts.count]);
  // Until the first rounds of a UMAP are there, what it starts from.
  const points = projection === 'pca' ? flat : (map ?? mapping?.points ?? flat);
  if (!points) return <p className={classes.empty}>The vectors come with the model’s weights: loading…</p>;
  return (
    <ScatterMap
      points={points}
      colours={colours}
      sheet={atlas && atlas.done === atlas.count ? atlas.sheet : null}
      chosen={chosen}
      hovered={hovered}
      lit={lit}
      onChoose={(code) => void session.change({ code })}
      onHover={(code) => code !== store.getState().hovered && store.setState({ hovered: code })}
      label={`Map of ${facts.count} code vectors. Arrow keys walk from point to point, plus and minus zoom.`}
      describe={(code) => `Code ${code}${facts.counts ? `, used ${facts.counts[code] ?? 0} times in training` : ''}`}
      schemeKey={scheme}
    />
  );
}

/** What a UMAP depends on, and how far it is. */
function Knobs() {
  const { session } = useLab();
  const { neighbours, minDist, seed } = useLabState((state) => state.spec);
  const key = useLabState(selectMapKey);
  const mapping = useLabState((state) => state.mapping);
  const done = useLabState((state) => state.maps.has(key));
  const size = useLabState(selectSize);
  const nothing = () => undefined;
  return (
    <>
      <div className={classes.knobs}>
        <NumberField
          label="Neighbours"
          help="How many of its nearest codes hold a code in place: few show fine clusters, many the whole."
          {...{ value: neighbours, min: 2, max: 100, step: 1, onEnd: nothing }}
          onChange={(value) => void session.change({ neighbours: value }, 'neighbours')}
        />
        <NumberField
          label="Least distance"
          help="How close points may lie: 0 packs clusters tightly."
          {...{ value: minDist, min: 0, max: 1, step: 0.05, onEnd: nothing }}
          onChange={(value) => void session.change({ minDist: value }, 'minDist')}
        />
        <NumberField
          label="Seed"
          help="The same seed gives the same map."
          {...{ value: seed, min: 0, max: 0xffffffff, step: 1, onEnd: nothing }}
          onChange={(value) => void session.change({ seed: value }, 'seed')}
        />
      </div>
      {mapping ? (
        <div className={classes.progress}>
          <ProgressLine fraction={mapping.fraction} message={mapping.message} testId="map-progress" />
          <Button onClick={() => session.stopMap()} data-testid="map-stop">
            Stop
          </Button>
        </div>
      ) : (
        !done && (
          <div className={classes.progress}>
            <span className={classes.note}>
              Stopped before there was a map.
              {size > MANY && ` All ${formatInteger(size)} codes are laid out, none left out: that takes a while.`}
            </span>
            <Button onClick={() => void session.drawMap()} data-testid="map-run">
              Lay it out
            </Button>
          </div>
        )
      )}
    </>
  );
}

/** What the colours mean. */
function Legend() {
  const colour = useLabState((state) => state.spec.colour);
  const groups = useLabState((state) => selectUsage(state)?.groups ?? null);
  const facts = useFacts();
  if (colour === 'patch')
    return <p className={classes.note}>Each point has the mean colour of what its code paints.</p>;
  if (colour === 'group')
    return (
      <p className={classes.groups}>
        {groups?.map((name, i) => (
          <span key={name}>
            <i style={{ background: groupColour(i, groups.length) }} /> {name}
          </span>
        ))}
      </p>
    );
  const values = colour === 'usage' ? facts.counts : facts.norms;
  if (!values) return null;
  const list = Array.from(values);
  const [low, high] = [list.reduce((a, b) => Math.min(a, b)), list.reduce((a, b) => Math.max(a, b))];
  const word = (value: number) => (colour === 'usage' ? formatCount(value) : value.toFixed(2));
  return (
    <p className={classes.scale}>
      {word(colour === 'usage' ? 0 : low)}
      <span className={classes.ramp} style={{ background: rampCss }} />
      {word(high)} {colour === 'usage' ? 'uses in training, logarithmic' : 'length of the vector'}
    </p>
  );
}
