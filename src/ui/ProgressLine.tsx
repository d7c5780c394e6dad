import { Progress } from '@mantine/core';
import classes from './ProgressLine.module.css';

/** A bar with words: what is being done, and how far it is. `fraction` null: the total is unknown. */
export function ProgressLine(props: { fraction: number | null; message: string; testId?: string }) {
  const { fraction, message, testId } = props;
  const percent = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div className={classes.line} data-testid={testId}>
      <div className={classes.words}>
        <span>{message}</span>
        {percent !== null && <span>{percent} %</span>}
      </div>
      <Progress.Root size={5} radius={1}>
        <Progress.Section
          value={percent ?? 100}
          animated={percent === null}
          striped={percent === null}
          aria-label={message}
          {...(percent === null ? { 'aria-valuenow': undefined } : {})}
        />
      </Progress.Root>
    </div>
  );
}
