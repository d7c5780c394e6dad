/** What lies on the GPU, counted where it is made and freed, so that nothing can be forgotten. */

/** Buffers that were made and not destroyed since `countLiveBytes`. */
export interface LiveBytes {
  readonly bytes: number;
  readonly buffers: number;
  /** Labels of the buffers, sorted: a test that fails says with them what was left. */
  readonly labels: readonly string[];
}

/** Wraps the prototypes of every device from now on; call it once a file. Buffers that a destroyed device takes along do not count as freed. */
export function countLiveBytes(): LiveBytes {
  const live = new Map<GPUBuffer, number>();
  const wrap = <T extends object>(prototype: T, name: keyof T, around: (original: never) => unknown) => {
    const { value } = Object.getOwnPropertyDescriptor(prototype, name) as { value: never };
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value: around(value) });
  };
  wrap(
    GPUDevice.prototype,
    'createBuffer',
    (original: GPUDevice['createBuffer']) =>
      function (this: GPUDevice, descriptor: GPUBufferDescriptor) {
        const buffer = original.call(this, descriptor);
        live.set(buffer, descriptor.size);
        return buffer;
      },
  );
  wrap(
    GPUBuffer.prototype,
    'destroy',
    (original: GPUBuffer['destroy']) =>
      function (this: GPUBuffer) {
        live.delete(this);
        return original.call(this);
      },
  );
  return {
    get bytes() {
      return [...live.values()].reduce((sum, size) => sum + size, 0);
    },
    get buffers() {
      return live.size;
    },
    get labels() {
      return [...live].map(([{ label }, size]) => `${label}: ${size}`).sort();
    },
  };
}
