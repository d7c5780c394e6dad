import { PictureIntro } from '../../PictureIntro';
import { useLab, useLabState } from './labState';

/** The promise in two sentences, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const shown = useLabState((state) => state.picture?.key);
  return (
    <PictureIntro
      promise="Paint over what should go."
      lede="The network guesses the codes that you hid from all that is around them, several times over: choose. Outside of the hole every pixel stays your own."
      onFiles={([file]) => file && void session.open(file, file.name)}
      label="Drop a picture anywhere, paste one, or press Enter to choose a file"
      inputTestId="inpaint-file"
      drop={
        <>
          <strong>Drop a picture</strong> of any size, paste one, or click to choose
        </>
      }
      letGo="Let go: then paint over what should go"
      samples={samples}
      samplesUrl={context.samplesUrl}
      isActive={({ file }) => file === shown}
      onPick={({ file }) => void session.openSample(file)}
    />
  );
}
