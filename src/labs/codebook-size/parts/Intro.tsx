import { PictureIntro } from '../../PictureIntro';
import { useLab, useLabState } from './labState';

/** The promise in two sentences, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const shown = useLabState((state) => state.source?.file);
  return (
    <PictureIntro
      promise="How many codes does a picture need?"
      lede="Take codes out of the codebook and watch. The networks stay as they are: what goes is the vocabulary they speak to each other."
      onFiles={([file]) => file && void session.open(file, file.name)}
      label="Drop a picture anywhere, paste one, or press Enter to choose a file"
      inputTestId="size-file"
      drop={
        <>
          <strong>Drop a picture</strong>, paste one, or click to choose
        </>
      }
      letGo="Let go: then take codes away"
      samples={samples}
      samplesUrl={context.samplesUrl}
      isActive={({ file }) => file === shown}
      onPick={({ file }) => void session.change({ source: { kind: 'sample', file } })}
    />
  );
}
