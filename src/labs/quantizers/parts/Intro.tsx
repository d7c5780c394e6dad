import { UndoButtons } from '../../../ui/UndoButtons';
import { PictureIntro } from '../../PictureIntro';
import { isSampleShown } from '../../samples';
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
  return (
    <PictureIntro
      promise="Two ways to make integers."
      lede="The same picture through two quantizers: the nearest of a codebook, a fixed lattice, several codebooks one after the other, or a coarse and a fine grid. See what each keeps, and what it costs."
      onFiles={([file]) => file && void session.open(file, file.name)}
      label="Drop a picture anywhere, paste one, or press Enter to choose a file"
      inputTestId="quantizers-file"
      drop={
        <>
          <strong>Drop a picture</strong>, paste one, or click to choose
        </>
      }
      letGo="Let go: both models read it"
      beside={
        <span className={classes.pair}>
          <UndoButtons {...{ canUndo, canRedo }} onUndo={() => session.undo()} onRedo={() => session.redo()} />
        </span>
      }
      samples={samples}
      samplesUrl={context.samplesUrl}
      isActive={(sample) => isSampleShown(sample, asked, shown)}
      onPick={({ file }) => void session.change({ source: { kind: 'sample', file } })}
    />
  );
}
