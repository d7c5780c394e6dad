/** States of a run that stay on the GPU until somebody looks at them: the one that is there now, and those kept on the way. */
import { createStorage } from '../../gpu/buffers';

export class KeptStates {
  /** Bytes of a state. */
  readonly bytes: number;
  private trace: GPUBuffer | null = null;
  private readonly stagings = new Map<'now' | 'kept', GPUBuffer>();

  /** @param parts what a state is made of, one after the other; they stay the caller's */
  constructor(
    private readonly device: GPUDevice,
    private readonly parts: readonly GPUBuffer[],
  ) {
    this.bytes = parts.reduce((sum, { size }) => sum + size, 0);
  }

  /** Makes room for the states that a run will keep; no buffer where an earlier run kept as many. */
  reserve(count: number): void {
    const size = Math.max(1, count) * this.bytes;
    if (this.trace && this.trace.size >= size) return;
    this.trace?.destroy();
    this.trace = createStorage(this.device, 'sampler trace', size);
  }

  /** Records that the state as it is then becomes the `slot`th kept one. */
  keep(encoder: GPUCommandEncoder, slot: number): void {
    if (!this.trace) throw new Error('No state can be kept: reserve some first.');
    this.copy(encoder, this.trace, slot * this.bytes);
  }

  /** The state as it is now. */
  async now(): Promise<ArrayBuffer> {
    const encoder = this.device.createCommandEncoder({ label: 'peek' });
    const staging = this.staging('now', this.bytes);
    this.copy(encoder, staging, 0);
    return this.fetch(encoder, staging, this.bytes);
  }

  /** The first `count` kept states. */
  async kept(count: number): Promise<ArrayBuffer[]> {
    if (!this.trace || !count) return [];
    const size = count * this.bytes;
    const staging = this.staging('kept', size);
    const encoder = this.device.createCommandEncoder({ label: 'trace' });
    encoder.copyBufferToBuffer(this.trace, 0, staging, 0, size);
    const all = await this.fetch(encoder, staging, size);
    return Array.from({ length: count }, (_, slot) => all.slice(slot * this.bytes, (slot + 1) * this.bytes));
  }

  dispose(): void {
    for (const staging of this.stagings.values()) staging.destroy();
    this.trace?.destroy();
  }

  private copy(encoder: GPUCommandEncoder, to: GPUBuffer, offset: number): void {
    let at = offset;
    for (const part of this.parts) {
      encoder.copyBufferToBuffer(part, 0, to, at, part.size);
      at += part.size;
    }
  }

  /** Of the state now and of the kept ones, each grown to the longest run: runs of ever other lengths add none. */
  private staging(role: 'now' | 'kept', size: number): GPUBuffer {
    const known = this.stagings.get(role);
    if (known && known.size >= size) return known;
    known?.destroy();
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = this.device.createBuffer({ label: 'sampler staging', size, usage });
    this.stagings.set(role, staging);
    return staging;
  }

  /** @param size bytes at the start of `staging` */
  private async fetch(encoder: GPUCommandEncoder, staging: GPUBuffer, size: number): Promise<ArrayBuffer> {
    this.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ, 0, size);
    const bytes = staging.getMappedRange(0, size).slice(0);
    staging.unmap();
    return bytes;
  }
}
