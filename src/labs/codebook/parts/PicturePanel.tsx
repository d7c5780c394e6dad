import { Button, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useMemo, useState } from 'react';
import { cutRect } from '../../../image/picture';
import { indexColour } from '../../../ui/colour';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { ProgressLine } from '../../../ui/ProgressLine';
import { TokenGrid } from '../../../ui/TokenGrid';
import type { AtlasSheet } from '../../../ui/codeAtlas/geometry';
import type { PictureLike } from '../../../ui/types';
import { selectAtlas, selectCode, selectGrid } from '../store';
import { useLab, useLabState } from './labState';
import classes from './PicturePanel.module.css';

/** The patch of each code, cut out of the sheet when it is first needed. */
function patchesOf(sheet: AtlasSheet | null): (code: number) => PictureLike | undefined {
  const cut = new Map<number, PictureLike>();
  return (code) => {
    if (!sheet) return undefined;
    const { picture, columns, patch } = sheet;
    if (!cut.has(code)) {
      const rect = { x: (code % columns) * patch, y: Math.floor(code / columns) * patch, width: patch, height: patch };
      cut.set(code, cutRect(picture, rect));
    }
    return cut.get(code);
  };
}

const LOOKS = [
  { value: 'patch', label: 'Codes' },
  { value: 'number', label: 'Numbers' },
  { value: 'picture', label: 'Picture' },
] as const;

/** The picture's codes; the chosen one is lit wherever it is used. */
export function PicturePanel() {
  const { session, store } = useLab();
  const picture = useLabState((state) => state.picture);
  const grid = useLabState(selectGrid);
  const code = useLabState(selectCode);
  const hoveredCode = useLabState((state) => state.hovered);
  const place = useLabState((state) => state.spec.place);
  const sheet = useLabState((state) => selectAtlas(state)?.sheet ?? null);
  const encoding = useLabState((state) => state.encoding);
  const progress = useLabState((state) => state.progress);
  const failure = useLabState((state) => state.pictureFailure);
  const scheme = useComputedColorScheme('light');
  const [look, setLook] = useState<(typeof LOOKS)[number]['value']>('patch');
  const [cell, setCell] = useState<{ x: number; y: number } | null>(null);
  const patchOf = useMemo(() => patchesOf(sheet), [sheet]);
  const uses = useMemo(
    () => (grid && code !== null ? grid.indices.reduce((sum, index) => sum + Number(index === code), 0) : 0),
    [grid, code],
  );
  const selected =
    grid && place !== null && grid.indices[place] === code
      ? { x: place % grid.width, y: Math.floor(place / grid.width) }
      : null;
  return (
    <Panel
      title="In this picture"
      tessera="ochre"
      aside={picture?.name}
      lesson={
        !grid
          ? 'The codes of one picture: pick one above, or drop your own.'
          : code === null
            ? 'Click a tile to choose its code.'
            : uses === 0
              ? `Code ${code} is not used here.`
              : `Code ${code} is used ${uses === 1 ? 'once' : `${uses} times`} here: lit below.`
      }
    >
      <div className={classes.stage}>
        {grid && picture && look === 'picture' ? (
          <PictureCanvas picture={picture.input} label={`Picture: ${picture.name}`} />
        ) : grid ? (
          <TokenGrid
            grid={grid}
            look={look === 'number' ? 'number' : 'patch'}
            colourOf={indexColour}
            patchOf={patchOf}
            hovered={cell}
            selected={selected}
            lit={uses > 0 ? code : hoveredCode !== null && grid.indices.includes(hoveredCode) ? hoveredCode : null}
            onHover={(next) => {
              setCell(next);
              store.setState({ hovered: next ? (grid.indices[next.y * grid.width + next.x] ?? null) : null });
            }}
            onSelect={(next) => {
              const at = next && next.y * grid.width + next.x;
              void session.change(at === null ? { place: null } : { place: at, code: grid.indices[at] ?? null });
            }}
            label={`Codes of ${picture?.name ?? ''}, ${grid.width} by ${grid.height}`}
            schemeKey={scheme}
          />
        ) : (
          <p className={classes.empty}>{failure ?? (encoding ? 'Encoding…' : 'No picture yet.')}</p>
        )}
      </div>
      {progress && <ProgressLine fraction={progress.fraction} message={progress.message} testId="codebook-progress" />}
      {failure && (
        <div className={classes.failure} role="alert">
          <span>{grid ? failure : 'The picture could not be encoded.'}</span>
          <Button onClick={() => void session.retry()}>Try again</Button>
        </div>
      )}
      <SegmentedControl
        size="xs"
        aria-label="How the picture is shown"
        value={look}
        onChange={setLook}
        data={[...LOOKS]}
      />
    </Panel>
  );
}
