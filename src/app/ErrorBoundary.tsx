import { Button } from '@mantine/core';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import classes from './ErrorBoundary.module.css';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** Keeps the failure of one lab inside it; Retry mounts the lab anew. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`tessera: ${this.props.title} failed`, error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className={classes.box} role="alert">
        <h2>{this.props.title} stopped</h2>
        <p>{error.message}</p>
        <Button onClick={() => this.setState({ error: null })}>Retry</Button>
        <Button onClick={() => window.location.reload()}>Reload the page</Button>
      </div>
    );
  }
}
