/** Calls under way: one at a time on the device, each with a signal that `cancel(number)` fires. */
export class Calls {
  private readonly controllers = new Map<number, AbortController>();
  private tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` after every earlier call has ended; rejects with an AbortError if it was cancelled before or during it. */
  run<T>(call: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.controllers.set(call, controller);
    const result = this.tail.then(async () => {
      controller.signal.throwIfAborted();
      return work(controller.signal);
    });
    this.tail = result.catch(() => undefined);
    return result.finally(() => this.controllers.delete(call));
  }

  cancel(call: number): void {
    this.controllers.get(call)?.abort();
  }
}

/**
 * Lets messages in (a cancel, for one) between two steps of a long run, then throws if the run was cancelled.
 * A promise alone is not enough: the worker's message queue is only looked at between tasks.
 */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
  signal.throwIfAborted();
}
