import { useMemo } from 'react';
import { drawCodes } from '../../../diffusion/exact';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { PLACES, SHOWN, world } from './ask';
import { judge, verdictSentence, verdictWords } from './judge';
import classes from './TilesPanel.module.css';

/** A map, without a word about it. @param codes [N]; [MASK] = K, -1 is drawn as [MASK] too */
export function MapPicture({ codes, label }: { codes: ArrayLike<number>; label: string }) {
  const picture = useMemo(() => drawCodes(codes, world, 1), [codes]);
  return <PictureCanvas picture={picture} label={label} pixelated />;
}

/** A sample with its verdict: framed, in words, and where it is not in the world the places that differ from the nearest map. */
function Tile({ codes, label }: { codes: Int32Array; label: string }) {
  const verdict = useMemo(() => judge(world, codes), [codes]);
  const wrong = verdict.kind === 'invalid' ? verdict.wrong : [];
  const at = (place: number) => ({ x: place % world.width, y: Math.floor(place / world.width) });
  return (
    <li className={classes.tile} data-verdict={verdict.kind}>
      <div className={classes.map}>
        <MapPicture codes={codes} label={`${label}: ${verdictSentence(verdict)}`} />
        {wrong.length > 0 && (
          <svg viewBox={`0 0 ${world.width} ${world.height}`} className={classes.marks} aria-hidden="true">
            {(['outer', 'inner'] as const).map((side) =>
              wrong.map((place) => (
                <rect
                  key={`${side}-${place}`}
                  x={at(place).x + 0.14}
                  y={at(place).y + 0.14}
                  width=".72"
                  height=".72"
                  data-side={side}
                />
              )),
            )}
          </svg>
        )}
      </div>
      <span className={classes.verdict} aria-hidden="true">
        {verdictWords(verdict)}
      </span>
    </li>
  );
}

/** The samples that are drawn. @param codes [SHOWN, N]. @param seed of the first one */
export function TileGrid({ codes, seed, label }: { codes: Int32Array; seed: number; label: string }) {
  const samples = useMemo(
    () =>
      Array.from({ length: Math.min(SHOWN, codes.length / PLACES) }, (_, i) =>
        codes.subarray(i * PLACES, (i + 1) * PLACES),
      ),
    [codes],
  );
  return (
    <ul className={classes.tiles} aria-label={label}>
      {samples.map((own, i) => (
        <Tile key={i} codes={own} label={`Sample ${i + 1}, seed ${(seed + i) >>> 0}`} />
      ))}
    </ul>
  );
}
