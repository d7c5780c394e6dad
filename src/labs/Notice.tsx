import { Button, CloseButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Capabilities } from '../engine/types';
import classes from './Notice.module.css';

/** What went wrong, and the one thing that helps. */
export function FailureLine({ message, children }: { message: string; children: ReactNode }) {
  return (
    <div className={classes.notice} data-kind="bad" role="alert" data-testid="failure">
      <span>{message}</span>
      {children}
    </div>
  );
}

/** What went wrong in a lab: another try, or the Models page where a model is what is missing. */
export function LabFailure(props: { message: string | null; noModels: boolean; onRetry: () => void }) {
  const { message, noModels, onRetry } = props;
  if (!message) return null;
  return (
    <FailureLine message={message}>
      {noModels ? (
        <Button component="a" href="#/models">
          Open the Models page
        </Button>
      ) : (
        <Button onClick={onRetry}>Try again</Button>
      )}
    </FailureLine>
  );
}

/** One plain line about what was done, or why nothing was; it can be put away. */
export function MessageLine(props: {
  kind: 'info' | 'warn' | 'bad';
  message: string;
  onDismiss: () => void;
  testId: string;
}) {
  const { kind, message, onDismiss, testId } = props;
  return (
    <div className={classes.message} data-kind={kind} role={kind === 'bad' ? 'alert' : 'status'} data-testid={testId}>
      <span>{message}</span>
      <CloseButton size="sm" aria-label="Dismiss" onClick={onDismiss} />
    </div>
  );
}

interface BackendLineProps {
  readonly capabilities: Capabilities | null;
  /** What a lab says where WebGPU runs on a CPU. */
  readonly onSoftware: (adapter: string) => string;
  readonly onChoose: (backend: 'webgpu' | 'wasm') => void;
}

/** One plain line where the work does not run on a GPU, and the faster way where there is one. */
export function BackendLine({ capabilities, onSoftware, onChoose }: BackendLineProps) {
  if (!capabilities || (!capabilities.isFallbackAdapter && capabilities.backend === 'webgpu')) return null;
  const { backend, adapter, notice } = capabilities;
  const software = backend === 'webgpu';
  return (
    <div className={classes.notice} role="status" data-testid="notice">
      <span>{software ? onSoftware(adapter) : (notice ?? `Running without WebGPU, as chosen: ${adapter}.`)}</span>
      {software && (
        <Button onClick={() => onChoose('wasm')} data-testid="use-wasm">
          Use the WASM engine
        </Button>
      )}
      {!software && notice === null && (
        <Button onClick={() => onChoose('webgpu')} data-testid="use-webgpu">
          Back to WebGPU
        </Button>
      )}
    </div>
  );
}
