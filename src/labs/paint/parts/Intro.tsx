import { Button } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconPhoto } from '../../../ui/icons';
import { SampleRow } from '../../SampleRow';
import { useLab, useLabState } from './labState';
import classes from './Intro.module.css';

/** What this is in two sentences, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const source = useLabState((state) => state.opened?.source);
  const take = ([file]: readonly File[]) => file && void session.open(file, file.name);
  return (
    <div className={classes.intro}>
      <div>
        <h1 className={classes.promise}>Paint with codes.</h1>
        <p className={classes.lede}>
          Each tile is one number that stands for a patch. Put other numbers where you like: the decoder paints the
          picture that they make together, seams and all.
        </p>
      </div>
      <div className={classes.doors}>
        <div className={classes.line}>
          <Dropzone
            onDrop={take}
            multiple={false}
            className={classes.drop}
            role="button"
            data-testid="drop-zone"
            aria-label="Drop a picture or saved codes anywhere, paste a picture, or press Enter to choose a file"
            inputProps={{ hidden: true, 'aria-label': 'Choose a picture', ...{ 'data-testid': 'paint-file' } }}
            activateOnClick
          >
            <span className={classes.dropLine}>
              <IconPhoto size={20} stroke={1.6} aria-hidden="true" />
              <span>
                <strong>Drop a picture</strong>, paste one, or click to choose
              </span>
            </span>
          </Dropzone>
          <Button onClick={() => void session.openEmpty()} data-testid="paint-empty">
            Empty grid
          </Button>
        </div>
        <SampleRow
          samples={samples}
          samplesUrl={context.samplesUrl}
          isActive={({ file }) => source?.kind === 'sample' && source.file === file}
          onPick={({ file }) => void session.openSample(file)}
        />
      </div>
      <Dropzone.FullScreen
        active
        withinPortal={false}
        onDrop={take}
        multiple={false}
        className={classes.everywhere}
        inputProps={{ 'aria-label': 'A picture dropped anywhere on the page' }}
      >
        <p className={classes.everywhereText}>Let go: it becomes codes to paint with</p>
      </Dropzone.FullScreen>
    </div>
  );
}
