import { BackendLine, LabFailure } from '../../Notice';
import { useLab, useLabState } from './labState';

/** What went wrong; what was there stays below it. */
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
        `Your browser runs WebGPU on the CPU (${adapter}): steps take seconds, and no time here is a GPU's.`
      }
      onChoose={(backend) => void session.useBackend(backend)}
    />
  );
}
