import { BackendLine, LabFailure, MessageLine } from '../../Notice';
import { useLab, useLabState } from './labState';

/** What went wrong; what was there stays below it. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => state.failure);
  const noModels = useLabState((state) => state.models.length === 0);
  const hasHole = useLabState((state) => state.bounds !== null);
  return (
    <LabFailure
      message={failure}
      noModels={noModels}
      onRetry={() => void (hasHole ? session.fill() : session.retry())}
    />
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
  return notice && <MessageLine {...notice} onDismiss={() => session.dismiss()} testId="inpaint-notice" />;
}
