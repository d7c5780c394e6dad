/** Calls under way: one at a time on the device, each with a signal that `cancel(number)` fires. */
export class Calls {
  private readonly controllers = new Map<number, AbortController>();
  private background = new AbortController();
  private tail: Promise<unknown> = Promise.resolve();

  /** Runs `work` after every earlier call has ended; rejects with an AbortError if it was cancelled before or during it. */
  run<T>(call: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.background.abort();
    const controller = new AbortController();
    this.controllers.set(call, controller);
    return this.enqueue(controller.signal, work).finally(() => this.controllers.delete(call));
  }

  /** Runs `work` that nobody waits for: the next call ends it. */
  runInBackground(work: (signal: AbortSignal) => Promise<unknown>): void {
    this.background = new AbortController();
    // What fails here fails again, with words, in the call that the visitor makes.
    this.enqueue(this.background.signal, work).catch(() => undefined);
  }

  cancel(call: number): void {
    this.controllers.get(call)?.abort();
  }

  private enqueue<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const result = this.tail.then(async () => {
      signal.throwIfAborted();
      return work(signal);
    });
    this.tail = result.catch(() => undefined);
    return result;
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
