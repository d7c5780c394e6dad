import { describe, expect, it } from 'vitest';
import { Calls } from './calls';

const until = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('Calls', () => {
  it('runs one call at a time, in order', async () => {
    const calls = new Calls();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
    };
    await Promise.all([calls.run(1, work('a')), calls.run(2, work('b'))]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('cancels a call that runs and one that waits, and goes on after a failure', async () => {
    const calls = new Calls();
    const running = calls.run(1, until);
    const waiting = calls.run(2, () => Promise.resolve('never'));
    calls.cancel(2);
    calls.cancel(1);
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(calls.run(3, () => Promise.resolve('fine'))).resolves.toBe('fine');
  });

  it('ends background work when somebody calls', async () => {
    const calls = new Calls();
    let ended = false;
    await new Promise<void>((started) => {
      calls.runInBackground((signal) => {
        started();
        return until(signal).finally(() => (ended = true));
      });
    });
    await expect(calls.run(1, () => Promise.resolve('at once'))).resolves.toBe('at once');
    expect(ended).toBe(true);
  });
});
