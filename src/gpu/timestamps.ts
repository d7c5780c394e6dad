/**
 * Times on the GPU's own clock at a few pass boundaries. Chrome rounds them to 100 us unless developer features are on:
 * good for stages of milliseconds, not for single small kernels.
 */
import { readBuffer } from './buffers';

export interface Timestamps {
  /** `timestampWrites` for the pass that is stage `index`. */
  writes(index: number): GPUComputePassTimestampWrites;
  /** Call once, after the last pass, on the same encoder. */
  resolve(encoder: GPUCommandEncoder): void;
  /** Duration of every stage in milliseconds, of the last submitted run. */
  readMs(): Promise<number[]>;
  destroy(): void;
}

/** Buffers for `stages` passes; null where the device has no 'timestamp-query'. */
export function createTimestamps(device: GPUDevice, stages: number): Timestamps | null {
  if (!device.features.has('timestamp-query')) return null;
  const querySet = device.createQuerySet({ label: 'stage times', type: 'timestamp', count: 2 * stages });
  const resolved = device.createBuffer({
    label: 'stage times',
    size: 16 * stages,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  return {
    writes: (index) => ({ querySet, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 }),
    resolve: (encoder) => encoder.resolveQuerySet(querySet, 0, 2 * stages, resolved, 0),
    async readMs() {
      const ticks = new BigInt64Array(await readBuffer(device, resolved));
      return Array.from({ length: stages }, (_, i) => {
        const nanoseconds = (ticks[2 * i + 1] ?? 0n) - (ticks[2 * i] ?? 0n);
        // Clocks may step back when the GPU changes its power state.
        return Math.max(0, Number(nanoseconds) / 1e6);
      });
    },
    destroy() {
      querySet.destroy();
      resolved.destroy();
    },
  };
}
