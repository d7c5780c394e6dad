import { formatInteger } from '../../../ui/format';
import { PictureIntro } from '../../PictureIntro';
import { isSampleShown } from '../../samples';
import { selectSize } from '../store';
import { useLab, useLabState } from './labState';

/** The promise, and every door a picture can come in by. */
export function Intro() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const asked = useLabState((state) => state.spec.source);
  const shown = useLabState((state) => state.picture?.name);
  const size = useLabState(selectSize) || 1024;
  return (
    <PictureIntro
      promise={`${formatInteger(size)} pieces make every picture.`}
      lede="The codebook is all that a decoder is ever told. See what each code paints, which lie near each other, and which are used, by the data and by your own pictures."
      onFiles={(files) => void session.takeFiles(files)}
      multiple
      label="Drop a picture or a folder anywhere, paste one, or press Enter to choose files"
      inputTestId="codebook-file"
      drop={
        <>
          <strong>Drop a picture</strong>, or a folder to measure it, paste one, or click to choose
        </>
      }
      letGo="Let go: it becomes codes"
      samples={samples}
      samplesUrl={context.samplesUrl}
      isActive={(sample) => isSampleShown(sample, asked, shown)}
      onPick={({ file }) => void session.change({ source: { kind: 'sample', file }, place: null })}
    />
  );
}
