import { PlacePanel } from './PlacePanel';
import { RacePanel } from './RacePanel';
import { TreePanel } from './TreePanel';
import classes from './Details.module.css';

/** What one looks at after the first look. Loaded with the first run. */
export default function Details() {
  return (
    <div className={classes.details}>
      <div className={classes.pair}>
        <PlacePanel />
        <TreePanel />
      </div>
      <RacePanel />
    </div>
  );
}
