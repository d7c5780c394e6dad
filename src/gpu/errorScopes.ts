/** An error that WebGPU would only have whispered. */
export class GpuError extends Error {
  override name = 'GpuError';
}

const FILTERS: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];

/**
 * Runs `work` inside validation, out-of-memory and internal error scopes.
 * @throws GpuError with every message, named by its scope; what `work` throws goes first.
 */
export async function withErrorScopes<T>(device: GPUDevice, work: () => T | Promise<T>): Promise<T> {
  for (const filter of FILTERS) device.pushErrorScope(filter);
  let result: T | undefined;
  let thrown: unknown = null;
  try {
    result = await work();
  } catch (error) {
    thrown = error ?? new Error('work failed');
  }
  // Scopes are a stack: the last pushed is popped first.
  const filters = [...FILTERS].reverse();
  const errors = await Promise.all(filters.map(() => device.popErrorScope()));
  if (thrown !== null) throw thrown as Error;
  const messages = errors.flatMap((error, i) => (error ? [`${filters[i]}: ${error.message}`] : []));
  if (messages.length) throw new GpuError(messages.join('\n'));
  return result as T;
}
