import { Dropzone } from '@mantine/dropzone';
import { IconPhoto } from '../../../ui/icons';
import { formatInteger } from '../../../ui/format';
import { SampleRow } from '../../SampleRow';
import { selectSize } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Intro.module.css';

/** The promise, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const asked = useLabState((state) => state.spec.source);
  const shown = useLabState((state) => state.picture?.name);
  const size = useLabState(selectSize) || 1024;
  const take = (files: readonly File[]) => void session.takeFiles(files);
  return (
    <div className={classes.intro}>
      <div>
        <h1 className={classes.promise}>{formatInteger(size)} pieces make every picture.</h1>
        <p className={classes.lede}>
          The codebook is all that a decoder is ever told. See what each code paints, which lie near each other, and
          which are used, by the data and by your own pictures.
        </p>
      </div>
      <div className={classes.doors}>
        <Dropzone
          onDrop={take}
          className={classes.drop}
          role="button"
          data-testid="drop-zone"
          aria-label="Drop a picture or a folder anywhere, paste one, or press Enter to choose files"
          inputProps={{ hidden: true, 'aria-label': 'Choose pictures', ...{ 'data-testid': 'codebook-file' } }}
          activateOnClick
        >
          <span className={classes.dropLine}>
            <IconPhoto size={20} stroke={1.6} aria-hidden="true" />
            <span>
              <strong>Drop a picture</strong>, or a folder to measure it, paste one, or click to choose
            </span>
          </span>
        </Dropzone>
        <SampleRow
          samples={samples}
          samplesUrl={context.samplesUrl}
          isActive={({ file, title }) =>
            asked === null ? shown === title : asked.kind === 'sample' && asked.file === file
          }
          onPick={({ file }) => void session.change({ source: { kind: 'sample', file }, place: null })}
        />
      </div>
      <Dropzone.FullScreen
        active
        withinPortal={false}
        onDrop={take}
        className={classes.everywhere}
        inputProps={{ 'aria-label': 'Pictures dropped anywhere on the page' }}
      >
        <p className={classes.everywhereText}>Let go: it becomes codes</p>
      </Dropzone.FullScreen>
    </div>
  );
}
