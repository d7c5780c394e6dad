import { Button, CloseButton } from '@mantine/core';
import { BackendLine, FailureLine } from '../../Notice';
import { useLab, useLabState } from './labState';
import classes from './CanvasCard.module.css';

/** What went wrong; what was there stays below it. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => state.failure);
  const noModels = useLabState((state) => state.models.length === 0);
  const hasHole = useLabState((state) => state.bounds !== null);
  if (!failure) return null;
  return (
    <FailureLine message={failure}>
      {noModels ? (
        <Button component="a" href="#/models">
          Open the Models page
        </Button>
      ) : (
        <Button onClick={() => void (hasHole ? session.fill() : session.retry())}>Try again</Button>
      )}
    </FailureLine>
  );
}

export function EngineNotice() {
  const { session } = useLab();
  return (
    <BackendLine
      capabilities={useLabState((state) => state.capabilities)}
      onSoftware={(adapter) =>
        `Your browser runs WebGPU on the CPU (${adapter}): steps take seconds, and no time here is a GPU's.`
      }
      onChoose={(backend) => void session.useBackend(backend)}
    />
  );
}

/** One plain line about what was done, or why nothing was. */
export function LabNotice() {
  const { session } = useLab();
  const notice = useLabState((state) => state.notice);
  if (!notice) return null;
  return (
    <div
      className={classes.notice}
      data-kind={notice.kind}
      role={notice.kind === 'bad' ? 'alert' : 'status'}
      data-testid="inpaint-notice"
    >
      <span>{notice.message}</span>
      <CloseButton size="sm" aria-label="Dismiss" onClick={() => session.dismiss()} />
    </div>
  );
}
