import { Button, CloseButton } from '@mantine/core';
import { BackendLine, FailureLine } from '../../Notice';
import { missingKinds } from '../choose';
import { useLab, useLabState } from './labState';
import classes from './Side.module.css';

/** What went wrong where nothing can run. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => state.failure);
  const noModels = useLabState((state) => state.models.length === 0);
  if (!failure) return null;
  return (
    <FailureLine message={failure}>
      {noModels ? (
        <Button component="a" href="#/models">
          Open the Models page
        </Button>
      ) : (
        <Button onClick={() => void session.retry()}>Try again</Button>
      )}
    </FailureLine>
  );
}

export function EngineNotice() {
  const { session } = useLab();
  return (
    <BackendLine
      capabilities={useLabState((state) => state.capabilities)}
      onSoftware={(adapter) => `Your browser runs WebGPU on the CPU (${adapter}): each picture takes seconds.`}
      onChoose={(backend) => void session.useBackend(backend)}
    />
  );
}

/** What was refused, and which kinds are not here. */
export function LabNotice() {
  const { session } = useLab();
  const notice = useLabState((state) => state.notice);
  const models = useLabState((state) => state.models);
  const missing = missingKinds(models);
  return (
    <>
      {notice && (
        <div className={classes.notice} data-kind="bad" role="alert" data-testid="quantizers-notice">
          <span>{notice}</span>
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => session.dismiss()} />
        </div>
      )}
      {missing && (
        <p className={classes.missing} data-testid="missing-kinds">
          {missing}
        </p>
      )}
    </>
  );
}
