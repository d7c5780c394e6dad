import { expose } from 'comlink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createWorkerLink } from './link';

const api = { double: (x: number) => 2 * x, never: () => new Promise<number>(() => undefined) };
type Api = typeof api;

/** A worker without a thread: the other end of a channel. */
const open: MessagePort[] = [];
function fakeWorker(): Worker {
  const { port1, port2 } = new MessageChannel();
  expose(api, port1);
  port2.start();
  open.push(port1, port2);
  return Object.assign(port2, { terminate: () => [port1, port2].forEach((port) => port.close()) }) as unknown as Worker;
}
afterEach(() => open.splice(0).forEach((port) => port.close()));

describe('a link to a worker', () => {
  test('starts it with the first call, and asks the same one from then on', async () => {
    const start = vi.fn(fakeWorker);
    const link = createWorkerLink<Api>(start, 'test worker');
    expect(start).not.toHaveBeenCalled();
    expect(await link.run((remote) => remote.double(4))).toBe(8);
    expect(await link.run((remote) => remote.double(5))).toBe(10);
    expect(start).toHaveBeenCalledTimes(1);
  });

  test('a call is given up by its signal, and the worker is told; others go on', async () => {
    const link = createWorkerLink<Api>(fakeWorker, 'test worker');
    const stop = new AbortController();
    const onAbort = vi.fn();
    const lost = link.run((remote) => remote.never(), { signal: stop.signal, onAbort });
    const kept = link.run((remote) => remote.double(1));
    stop.abort();
    await expect(lost).rejects.toMatchObject({ name: 'AbortError' });
    expect(onAbort).toHaveBeenCalledTimes(1);
    expect(await kept).toBe(2);
    await expect(link.run((remote) => remote.double(1), { signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test('put away: what is under way is given up without a word to the worker, the next call starts another', async () => {
    const start = vi.fn(fakeWorker);
    const link = createWorkerLink<Api>(start, 'test worker');
    const onAbort = vi.fn();
    const lost = link.run((remote) => remote.never(), { onAbort });
    link.dispose();
    await expect(lost).rejects.toMatchObject({ name: 'AbortError' });
    expect(onAbort).not.toHaveBeenCalled();
    expect(await link.run((remote) => remote.double(3))).toBe(6);
    expect(start).toHaveBeenCalledTimes(2);
  });

  test('a worker that does not start is named', async () => {
    const workers: Worker[] = [];
    const link = createWorkerLink<Api>(() => {
      workers.push(fakeWorker());
      return workers.at(-1)!;
    }, 'test worker');
    const lost = link.run((remote) => remote.never());
    workers[0]!.onerror!({ message: '' } as ErrorEvent);
    await expect(lost).rejects.toThrow('The test worker did not start: its script could not be loaded.');
    expect(await link.run((remote) => remote.double(2))).toBe(4);
    expect(workers).toHaveLength(2);
  });
});
