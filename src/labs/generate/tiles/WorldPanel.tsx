import { CODE_STYLES, SCENES, SHAPES } from '../../../diffusion/exact';
import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PLACES, world } from './ask';
import { sceneWords } from './judge';
import { MapPicture } from './Tile';
import classes from './TilesPanel.module.css';

const count = <T,>(values: readonly T[]): number => new Set(values).size;

const shapes = Object.keys(SHAPES).length;
const positions = count(SCENES.map(({ row, column }) => `${row} ${column}`));
const colours = count(SCENES.map(({ foreground }) => foreground));
const backgrounds = count(SCENES.map(({ background }) => background));

/** Far apart, so that shapes, positions and colours all change from one to the next. */
const STRIDE = 103;
const examples = Array.from({ length: 12 }, (_, i) => (i * STRIDE + 9) % world.count).map((map) => ({
  map,
  codes: world.maps.subarray(map * PLACES, (map + 1) * PLACES),
}));

/** All there is in this world, and why it is worth a look. */
export function WorldPanel() {
  return (
    <Panel
      title="A world where the truth is known"
      tessera="bone"
      lesson={
        <>
          All there is are {formatInteger(world.count)} maps of {world.height} × {world.width} codes: {shapes} shapes ×{' '}
          {positions} positions × {colours} colours × {backgrounds} backgrounds, all as likely. Here the truth is known:
          p(x0 | xt) is computed, so every mistake is the sampler&apos;s, until you let a network learn it instead.
        </>
      }
    >
      <ul className={classes.examples} aria-label="Some of the maps">
        {examples.map(({ map, codes }) => (
          <li key={map}>
            <MapPicture codes={codes} label={sceneWords(map)} />
          </li>
        ))}
      </ul>
      <p className={classes.legend}>
        {CODE_STYLES.map(({ name, rgb }, code) => (
          <span key={name}>
            <i style={{ background: `rgb(${rgb.join(' ')})` }} aria-hidden="true" />
            {code} {name}
          </span>
        ))}
        <span>
          <i style={{ background: 'rgb(128 128 128)' }} aria-hidden="true" />
          [MASK]
        </span>
      </p>
    </Panel>
  );
}
