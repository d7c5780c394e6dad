import type { ReactNode } from 'react';
import { DropAnywhere, PictureDrop, type PictureDropProps } from './PictureDrop';
import { SampleRow } from './SampleRow';
import type { Sample } from './samples';
import classes from './PictureIntro.module.css';

interface PictureIntroProps extends Pick<PictureDropProps, 'onFiles' | 'multiple' | 'label' | 'inputTestId'> {
  readonly promise: ReactNode;
  readonly lede: ReactNode;
  /** What stands in the drop zone. */
  readonly drop: ReactNode;
  /** What letting go of a file does, over the whole page. */
  readonly letGo: string;
  /** Beside the drop zone. */
  readonly beside?: ReactNode;
  readonly samples: readonly Sample[];
  readonly samplesUrl: string;
  readonly isActive: (sample: Sample) => boolean;
  readonly onPick: (sample: Sample) => void;
}

/** What a lab of pictures is, in two sentences, and every door that a picture can come in by. */
export function PictureIntro(props: PictureIntroProps) {
  const { promise, lede, drop, letGo, beside, samples, samplesUrl, isActive, onPick } = props;
  const { onFiles, multiple = false, label, inputTestId } = props;
  const zone = <PictureDrop {...{ onFiles, multiple, label, inputTestId }}>{drop}</PictureDrop>;
  return (
    <div className={classes.intro}>
      <div>
        <h1 className={classes.promise}>{promise}</h1>
        <p className={classes.lede}>{lede}</p>
      </div>
      <div className={classes.doors}>
        {beside ? (
          <div className={classes.line}>
            {zone}
            {beside}
          </div>
        ) : (
          zone
        )}
        <SampleRow {...{ samples, samplesUrl, isActive, onPick }} />
      </div>
      <DropAnywhere onFiles={onFiles} multiple={multiple}>
        {letGo}
      </DropAnywhere>
    </div>
  );
}
