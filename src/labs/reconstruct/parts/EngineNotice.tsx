import { BackendLine, LabFailure } from '../../Notice';
import { selectNoModels } from '../store';
import { useLab, useLabState } from './labState';

/** What is missing, before everything else, where nothing can run at all. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => (selectNoModels(state) ? state.failure : null));
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
