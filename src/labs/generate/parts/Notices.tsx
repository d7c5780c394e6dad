import { Button } from '@mantine/core';
import { useLab, useLabState } from './labState';
import classes from './Notices.module.css';

/** What went wrong; what was there stays below it. */
export function FailureNotice() {
  const { session } = useLab();
  const failure = useLabState((state) => state.failure);
  const noModels = useLabState((state) => state.models.length === 0);
  if (!failure) return null;
  return (
    <div className={classes.notice} data-kind="bad" role="alert" data-testid="failure">
      <span>{failure}</span>
      {noModels ? (
        <Button component="a" href="#/models">
          Open the Models page
        </Button>
      ) : (
        <Button onClick={() => void session.retry()}>Try again</Button>
      )}
    </div>
  );
}

/** One plain line where the work does not run on a GPU, and the faster way where there is one. */
export function EngineNotice() {
  const { session } = useLab();
  const capabilities = useLabState((state) => state.capabilities);
  if (!capabilities || (!capabilities.isFallbackAdapter && capabilities.backend === 'webgpu')) return null;
  const software = capabilities.backend === 'webgpu';
  return (
    <div className={classes.notice} role="status" data-testid="notice">
      <span>
        {software
          ? `Your browser runs WebGPU on the CPU (${capabilities.adapter}): steps take seconds, and no time here is a GPU's.`
          : (capabilities.notice ?? `Running without WebGPU, as chosen: ${capabilities.adapter}.`)}
      </span>
      {software ? (
        <Button onClick={() => void session.useBackend('wasm')} data-testid="use-wasm">
          Use the WASM engine
        </Button>
      ) : (
        capabilities.notice === null && (
          <Button onClick={() => void session.useBackend('webgpu')} data-testid="use-webgpu">
            Back to WebGPU
          </Button>
        )
      )}
    </div>
  );
}
