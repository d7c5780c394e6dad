import { Button, SegmentedControl } from '@mantine/core';
import type { ReactNode } from 'react';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import { useLab, useLabState } from './labState';
import classes from './Details.module.css';

/** Rate against distortion, and what can be measured more. */
export function RatePanel({ children }: { children: ReactNode }) {
  const { session } = useLab();
  const rates = useLabState((state) => state.rates);
  const problem = useLabState((state) => state.ratesProblem);
  const score = useLabState((state) => state.view.score);
  const sweeping = useLabState((state) => state.sweeping);
  const matching = useLabState((state) => state.matching);
  return (
    <Panel
      title="Rate and distortion"
      tessera="lapis"
      aside={
        <SegmentedControl
          aria-label="Score on the chart"
          size="xs"
          value={score}
          onChange={(value) => session.look({ score: value })}
          data={[
            { value: 'psnr', label: 'PSNR' },
            { value: 'ssim', label: 'SSIM' },
          ]}
        />
      }
      lesson={
        rates
          ? `Lines: means over ${rates.pictures} pictures that no model was trained on (of ${rates.heldOut}). Filled dots: your picture.`
          : 'Your picture at the sizes that you have visited.'
      }
    >
      {children}
      <div className={classes.tools}>
        <Button onClick={() => void session.sweep()} disabled={sweeping !== null} data-testid="measure">
          Measure my picture at every size
        </Button>
        <Button onClick={() => void session.matchCodecs()} disabled={matching !== null} data-testid="codecs">
          WebP and AVIF of my picture
        </Button>
        {(sweeping || matching) && <Button onClick={() => session.cancel()}>Stop</Button>}
      </div>
      {sweeping && <ProgressLine fraction={sweeping.fraction} message={sweeping.message} />}
      {matching && <ProgressLine fraction={matching.fraction} message={matching.message} testId="matching" />}
      {problem && (
        <p className={classes.note} role="note">
          {problem} The lines are missing; your own picture can still be measured.
        </p>
      )}
      <p className={classes.note}>
        A code counts log2 K bits, K codes being left; codecs are counted without their containers. The weights that
        decode the codes are shared by all pictures and not counted.
      </p>
    </Panel>
  );
}
