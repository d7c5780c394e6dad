import type { ResizeClient } from '../../codebook/resize/client';
import { createResizer } from '../../codebook/resize/resizer';

/** The real thing without its worker. */
export const createFakeResize = (): ResizeClient => ({
  resize(_key, books, size, method, call = {}) {
    call.signal?.throwIfAborted();
    return Promise.resolve(books.map(createResizer).map((one) => one.resize(Math.min(size, one.count), method)));
  },
  dispose: () => undefined,
});
