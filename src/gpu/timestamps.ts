/**
 * Stage times on the GPU's own clock at a few pass boundaries, with every buffer made once: reading them makes none. Chrome
 * rounds to 100 us unless developer features are on: good for stages of milliseconds, not for single small kernels.
 */

export interface Timestamps {
  /** Of both buffers. */
  readonly sizeBytes: number;
  /** `timestampWrites` for the pass that is stage `index`. */
  writes(index: number): GPUComputePassTimestampWrites;
  /** Call once, after the last pass, on the same encoder. */
  resolve(encoder: GPUCommandEncoder): void;
  /** Milliseconds of every stage of the last submitted run. Stages that did not run give an old time. */
  readMs(): Promise<number[]>;
  destroy(): void;
}

/** Buffers for `stages` passes; null where the device has no 'timestamp-query'. */
export function createTimestamps(device: GPUDevice, stages: number): Timestamps | null {
  if (!device.features.has('timestamp-query')) return null;
  const size = 16 * stages;
  const label = 'stage times';
  const querySet = device.createQuerySet({ label, type: 'timestamp', count: 2 * stages });
  const resolved = device.createBuffer({ label, size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ label, size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  return {
    sizeBytes: 2 * size,
    writes: (index) => ({ querySet, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 }),
    resolve(encoder) {
      encoder.resolveQuerySet(querySet, 0, 2 * stages, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    },
    async readMs() {
      await staging.mapAsync(GPUMapMode.READ);
      const ticks = new BigInt64Array(staging.getMappedRange().slice(0));
      staging.unmap();
      // Clocks may step back when the GPU changes its power state.
      const elapsed = (index: number) => Number((ticks[2 * index + 1] ?? 0n) - (ticks[2 * index] ?? 0n));
      return Array.from({ length: stages }, (_, index) => Math.max(0, elapsed(index) / 1e6));
    },
    destroy() {
      for (const resource of [querySet, resolved, staging]) resource.destroy();
    },
  };
}
