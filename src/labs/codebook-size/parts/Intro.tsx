import { Dropzone } from '@mantine/dropzone';
import { IconPhoto } from '../../../ui/icons';
import { SampleRow } from '../../SampleRow';
import { useLab, useLabState } from './labState';
import classes from './Intro.module.css';

/** The promise in two sentences, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const shown = useLabState((state) => state.source?.key);
  const take = ([file]: readonly File[]) => file && void session.open(file, file.name);
  return (
    <div className={classes.intro}>
      <div>
        <h1 className={classes.promise}>How many codes does a picture need?</h1>
        <p className={classes.lede}>
          Take codes out of the codebook and watch. The networks stay as they are: what goes is the vocabulary they
          speak to each other.
        </p>
      </div>
      <div className={classes.doors}>
        <Dropzone
          onDrop={take}
          multiple={false}
          className={classes.drop ?? ''}
          role="button"
          data-testid="drop-zone"
          aria-label="Drop a picture anywhere, paste one, or press Enter to choose a file"
          inputProps={{ hidden: true, 'aria-label': 'Choose a picture', ...{ 'data-testid': 'size-file' } }}
          activateOnClick
        >
          <span className={classes.dropLine}>
            <IconPhoto size={20} stroke={1.6} aria-hidden="true" />
            <span>
              <strong>Drop a picture</strong>, paste one, or click to choose
            </span>
          </span>
        </Dropzone>
        <SampleRow
          samples={samples}
          samplesUrl={context.samplesUrl}
          isActive={({ file }) => file === shown}
          onPick={({ file }) => void session.change({ source: { kind: 'sample', file } })}
        />
      </div>
      <Dropzone.FullScreen
        active
        withinPortal={false}
        onDrop={take}
        multiple={false}
        className={classes.everywhere ?? ''}
        inputProps={{ 'aria-label': 'A picture dropped anywhere on the page' }}
      >
        <p className={classes.everywhereText}>Let go: then take codes away</p>
      </Dropzone.FullScreen>
    </div>
  );
}
