import { Button } from '@mantine/core';
import { selectNoModels } from '../store';
import { useLab, useLabState } from './labState';
import classes from './EngineNotice.module.css';

/** What is missing, before everything else, where nothing can run at all. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => (selectNoModels(state) ? state.failure : null));
  if (!failure) return null;
  return (
    <div className={classes.notice} data-kind="bad" role="alert" data-testid="failure">
      <span>{failure}</span>
      <Button onClick={() => void session.retry()}>Try again</Button>
    </div>
  );
}

/** One plain line where the work does not run on a GPU, and the faster way where there is one. */
export function EngineNotice() {
  const { session } = useLab();
  const capabilities = useLabState((state) => state.capabilities);
  if (!capabilities || (!capabilities.isFallbackAdapter && capabilities.backend === 'webgpu')) return null;
  return (
    <div className={classes.notice} role="status" data-testid="notice">
      {capabilities.backend === 'webgpu' ? (
        <>
          <span>
            Your browser runs WebGPU on the CPU ({capabilities.adapter}); the WASM engine is usually faster there.
          </span>
          <Button onClick={() => void session.useBackend('wasm')} data-testid="use-wasm">
            Use the WASM engine
          </Button>
        </>
      ) : (
        <>
          <span>{capabilities.notice ?? `Running without WebGPU, as chosen: ${capabilities.adapter}.`}</span>
          {capabilities.notice === null && (
            <Button onClick={() => void session.useBackend('webgpu')} data-testid="use-webgpu">
              Back to WebGPU
            </Button>
          )}
        </>
      )}
    </div>
  );
}
