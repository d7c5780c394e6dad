import { UnstyledButton, Tooltip } from '@mantine/core';
import { sampleUrl } from '../../samples';
import { useLab, useLabState } from './labState';
import classes from './SampleRow.module.css';

/** The built-in pictures, one click each. */
export function SampleRow() {
  const { context, session } = useLab();
  const samples = useLabState((state) => state.samples);
  const source = useLabState((state) => state.spec.source);
  const shown = useLabState((state) => state.source);
  return (
    <div className={classes.row} role="group" aria-label="Samples">
      {samples.map((sample, i) => {
        const active =
          source === null ? shown?.name === sample.title : source.kind === 'sample' && source.file === sample.file;
        const words = `${sample.title}${sample.heldOut ? ', not in the training data' : ''}. ${sample.credit}`;
        return (
          <Tooltip key={sample.file} label={words}>
            <UnstyledButton
              className={classes.sample}
              data-testid={`sample-${i}`}
              aria-label={`Sample: ${words}`}
              aria-pressed={active}
              onClick={() => void session.change({ source: { kind: 'sample', file: sample.file } })}
            >
              <img
                src={sampleUrl(context.samplesUrl, sample.file)}
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
