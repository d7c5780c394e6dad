import { ActionIcon, Tooltip } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconArrowBackUp, IconArrowForwardUp, IconPhoto } from '../../../ui/icons';
import { SampleRow } from '../../SampleRow';
import { useLab, useLabState } from './labState';
import classes from './Intro.module.css';

/** What this is, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const asked = useLabState((state) => state.spec.source);
  const shown = useLabState((state) => state.source?.name);
  const canUndo = useLabState((state) => state.canUndo);
  const canRedo = useLabState((state) => state.canRedo);
  const take = ([file]: readonly File[]) => file && void session.open(file, file.name);
  return (
    <div className={classes.intro}>
      <div>
        <h1 className={classes.promise}>Two ways to make integers.</h1>
        <p className={classes.lede}>
          The same picture through two quantizers: the nearest of a codebook, a fixed lattice, several codebooks one
          after the other, or a coarse and a fine grid. See what each keeps, and what it costs.
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
            aria-label="Drop a picture anywhere, paste one, or press Enter to choose a file"
            inputProps={{ hidden: true, 'aria-label': 'Choose a picture', ...{ 'data-testid': 'quantizers-file' } }}
            activateOnClick
          >
            <span className={classes.dropLine}>
              <IconPhoto size={20} stroke={1.6} aria-hidden="true" />
              <span>
                <strong>Drop a picture</strong>, paste one, or click to choose
              </span>
            </span>
          </Dropzone>
          <span className={classes.pair}>
            <Tooltip label="Undo (Ctrl+Z)">
              <ActionIcon aria-label="Undo" disabled={!canUndo} onClick={() => void session.undo()} data-testid="undo">
                <IconArrowBackUp size={17} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Redo (Ctrl+Shift+Z)">
              <ActionIcon aria-label="Redo" disabled={!canRedo} onClick={() => void session.redo()} data-testid="redo">
                <IconArrowForwardUp size={17} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
          </span>
        </div>
        <SampleRow
          samples={samples}
          samplesUrl={context.samplesUrl}
          isActive={({ file, title }) =>
            asked === null ? shown === title : asked.kind === 'sample' && asked.file === file
          }
          onPick={({ file }) => void session.change({ source: { kind: 'sample', file } })}
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
        <p className={classes.everywhereText}>Let go: both models read it</p>
      </Dropzone.FullScreen>
    </div>
  );
}
