import { BackendLine, LabFailure, MessageLine } from '../../Notice';
import { missingKinds } from '../choose';
import { useLab, useLabState } from './labState';
import classes from './Side.module.css';

/** What went wrong where nothing can run. */
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
        <MessageLine kind="bad" message={notice} onDismiss={() => session.dismiss()} testId="quantizers-notice" />
      )}
      {missing && (
        <p className={classes.missing} data-testid="missing-kinds">
          {missing}
        </p>
      )}
    </>
  );
}
