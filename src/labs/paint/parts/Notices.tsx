import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { ProgressLine } from '../../../ui/ProgressLine';
import { BackendLine, LabFailure, MessageLine } from '../../Notice';
import { selectBusy } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Desk.module.css';

/** What went wrong where there is nothing to paint on. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => state.failure);
  const noModels = useLabState((state) => state.models.length === 0);
  return <LabFailure message={failure} noModels={noModels} onRetry={() => void session.retry()} />;
}

export function EngineNotice() {
  const { session } = useLab();
  return (
    <BackendLine
      capabilities={useLabState((state) => state.capabilities)}
      onSoftware={(adapter) =>
        `Your browser runs WebGPU on the CPU (${adapter}): the picture follows the codes with a delay.`
      }
      onChoose={(backend) => void session.useBackend(backend)}
    />
  );
}

/** What merely tells leaves by itself; what went wrong stays. */
const INFO_MS = 10_000;

/** One plain line about what was done, or why nothing was. */
export function LabNotice() {
  const { session } = useLab();
  const notice = useLabState((state) => state.notice);
  useEffect(() => {
    if (notice?.kind !== 'info') return;
    const timer = setTimeout(() => session.dismiss(), INFO_MS);
    return () => clearTimeout(timer);
  }, [session, notice]);
  return notice && <MessageLine {...notice} onDismiss={() => session.dismiss()} testId="paint-notice" />;
}

/** Download, compilation, encoding; with the way to stop them. */
export function OpeningLine() {
  const { session } = useLab();
  const busy = useLabState(selectBusy);
  const progress = useLabState((state) => state.progress);
  if (!busy) return null;
  return (
    <div className={classes.wait}>
      <ProgressLine
        fraction={progress?.fraction ?? null}
        message={progress?.message ?? 'Opening the picture'}
        testId="progress"
      />
      <Button onClick={() => session.cancel()} data-testid="cancel">
        Stop
      </Button>
    </div>
  );
}
