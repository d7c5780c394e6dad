/** Work that the visitor can stop, and what went wrong in words: for every lab. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The work, or an AbortError as soon as `signal` fires: the visitor does not wait for work that ends in its own time. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException('Stopped.', 'AbortError'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
