import { Button } from '@mantine/core';
import { PictureIntro } from '../../PictureIntro';
import { useLab, useLabState } from './labState';

/** What this is in two sentences, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const source = useLabState((state) => state.opened?.source);
  return (
    <PictureIntro
      promise="Paint with codes."
      lede="Each tile is one number that stands for a patch. Put other numbers where you like: the decoder paints the picture that they make together, seams and all."
      onFiles={([file]) => file && void session.open(file, file.name)}
      label="Drop a picture or saved codes anywhere, paste a picture, or press Enter to choose a file"
      inputTestId="paint-file"
      drop={
        <>
          <strong>Drop a picture</strong>, paste one, or click to choose
        </>
      }
      letGo="Let go: it becomes codes to paint with"
      beside={
        <Button onClick={() => void session.openEmpty()} data-testid="paint-empty">
          Empty grid
        </Button>
      }
      samples={samples}
      samplesUrl={context.samplesUrl}
      isActive={({ file }) => source?.kind === 'sample' && source.file === file}
      onPick={({ file }) => void session.openSample(file)}
    />
  );
}
