/** Stage times on the GPU's own clock, with every buffer made once: reading them during a replay makes none. */

export interface StageClock {
  /** Of both buffers. */
  readonly sizeBytes: number;
  writes(stage: number): GPUComputePassTimestampWrites;
  /** Call after the last pass, on the same encoder. */
  resolve(encoder: GPUCommandEncoder): void;
  /** Milliseconds of every stage of the last submitted run. Stages that did not run give an old time. */
  readMs(): Promise<number[]>;
  destroy(): void;
}

/** Null where the device has no 'timestamp-query'. Chrome rounds to 100 us unless developer features are on. */
export function createClock(device: GPUDevice, stages: number): StageClock | null {
  if (!device.features.has('timestamp-query')) return null;
  const size = 16 * stages;
  const label = 'stage times';
  const querySet = device.createQuerySet({ label, type: 'timestamp', count: 2 * stages });
  const resolved = device.createBuffer({ label, size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ label, size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  return {
    sizeBytes: 2 * size,
    writes: (stage) => ({ querySet, beginningOfPassWriteIndex: 2 * stage, endOfPassWriteIndex: 2 * stage + 1 }),
    resolve(encoder) {
      encoder.resolveQuerySet(querySet, 0, 2 * stages, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    },
    async readMs() {
      await staging.mapAsync(GPUMapMode.READ);
      const ticks = new BigInt64Array(staging.getMappedRange().slice(0));
      staging.unmap();
      // Clocks may step back when the GPU changes its power state.
      const elapsed = (stage: number) => Number((ticks[2 * stage + 1] ?? 0n) - (ticks[2 * stage] ?? 0n));
      return Array.from({ length: stages }, (_, stage) => Math.max(0, elapsed(stage) / 1e6));
    },
    destroy() {
      for (const resource of [querySet, resolved, staging]) resource.destroy();
    },
  };
}
