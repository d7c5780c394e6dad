import { UnstyledButton, Tooltip } from '@mantine/core';
import { sampleUrl, type Sample } from './samples';
import classes from './SampleRow.module.css';

/** The built-in pictures, one click each. */
export function SampleRow(props: {
  samples: readonly Sample[];
  samplesUrl: string;
  isActive: (sample: Sample) => boolean;
  onPick: (sample: Sample) => void;
}) {
  const { samples, samplesUrl, isActive, onPick } = props;
  return (
    <div className={classes.row} role="group" aria-label="Samples">
      {samples.map((sample, i) => {
        const words = `${sample.title}${sample.heldOut ? ', not in the training data' : ''}. ${sample.credit}`;
        return (
          <Tooltip key={sample.file} label={words} multiline maw={300}>
            <UnstyledButton
              className={classes.sample}
              data-testid={`sample-${i}`}
              aria-label={`Sample: ${words}`}
              aria-pressed={isActive(sample)}
              onClick={() => onPick(sample)}
            >
              <img
                src={sampleUrl(samplesUrl, sample.file)}
                alt=""
                width={sample.width}
                height={sample.height}
                loading="lazy"
                decoding="async"
              />
            </UnstyledButton>
          </Tooltip>
        );
      })}
    </div>
  );
}
