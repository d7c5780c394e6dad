import { BackendLine, LabFailure } from '../../Notice';
import { useLab, useLabState } from './labState';

/** What went wrong; what was on the screen stays. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => state.failure);
  return <LabFailure message={failure} noModels={false} onRetry={() => void session.retry()} />;
}

export function EngineNotice() {
  const { session } = useLab();
  return (
    <BackendLine
      capabilities={useLabState((state) => state.capabilities)}
      onSoftware={(adapter) =>
        `Your browser runs WebGPU on the CPU (${adapter}); the WASM engine is usually faster there.`
      }
      onChoose={(backend) => void session.useBackend(backend)}
    />
  );
}
