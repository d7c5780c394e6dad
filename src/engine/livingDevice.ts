/**
 * The backend that everything runs on, for as long as the page lives: it may be lost, rebuilt, or exchanged for another, and work that was under
 * way begins again.
 */
import { closeBackend, openBackend, type Backend } from './backend';
import type { RunControl } from './runs';
import type { BackendChoice, EngineEvent } from './types';

/** A device that dies again and again is left alone: after this many losses in a minute the engine moves to the CPU. */
const MAX_LOSSES_PER_MINUTE = 3;
/** How long a failed run waits for word that the device is gone before it counts as a failure of its own. */
const LOSS_GRACE_MS = 250;

export interface DeviceHooks {
  readonly tell: (event: EngineEvent) => void;
  /** Another backend takes over now: what was made on the one before is of no use. */
  readonly onChange: (next: Backend) => void;
  /** A lost device was replaced. */
  readonly onRestored: () => void;
}

export class LivingDevice {
  private rebuilding: Promise<void> | null = null;
  /** Set when no backend could be opened again. */
  private failure: Error | null = null;
  private losses: number[] = [];

  private constructor(
    private backend: Backend,
    private readonly gpu: GPU | null,
    private readonly hooks: DeviceHooks,
  ) {}

  /** @param gpu null where there is none, or where it is not wanted. @throws where no backend can be opened */
  static async open(choice: BackendChoice, gpu: GPU | null, hooks: DeviceHooks): Promise<LivingDevice> {
    const device = new LivingDevice(await openBackend(choice, gpu), gpu, hooks);
    device.watch(device.backend);
    return device;
  }

  /** The backend of this moment. */
  get live(): Backend {
    return this.backend;
  }

  /** Moves to another backend. @throws where it does not open: then the one before stays */
  async choose(choice: BackendChoice): Promise<void> {
    await this.rebuilding;
    // The new one first: if it does not open, the visitor keeps the old one.
    const next = await openBackend(choice, this.gpu);
    await this.rebuilding;
    const before = this.backend;
    this.failure = null;
    this.adopt(next);
    closeBackend(before);
  }

  /** Runs `work` on a living device: waits while it is rebuilt, and starts again if it dies on the way. */
  async run<T>(control: RunControl, work: (control: RunControl) => Promise<T>): Promise<T> {
    for (;;) {
      await this.rebuilding;
      if (this.failure) throw this.failure;
      const { backend } = this;
      try {
        return await work(control);
      } catch (error) {
        if (control.signal.aborted || !(await this.isLost(backend))) throw error;
      }
    }
  }

  /** Loses the GPU on purpose, and waits until something took its place. @throws Error where the work runs on none */
  async lose(): Promise<void> {
    const { backend } = this;
    if (backend.kind !== 'webgpu')
      throw new Error(`There is no GPU device to lose: the engine runs on ${backend.capabilities.adapter}.`);
    backend.context.device.destroy();
    await backend.context.lost;
    await this.rebuilding;
  }

  private adopt(backend: Backend): void {
    this.hooks.onChange(backend);
    this.backend = backend;
    this.watch(backend);
  }

  private watch(backend: Backend): void {
    if (backend.kind !== 'webgpu') return;
    backend.context.onError((message) => this.hooks.tell({ kind: 'gpu-error', message }));
    void backend.context.lost.then(({ message, reason }) => {
      if (this.backend === backend) this.rebuilding = this.rebuild(backend, message || reason);
    });
  }

  /** Opens a device again. Never rejects. */
  private async rebuild(dead: Backend, reason: string): Promise<void> {
    const { tell, onRestored } = this.hooks;
    tell({ kind: 'device-lost', reason });
    const now = Date.now();
    this.losses = [...this.losses.filter((time) => now - time < 60_000), now];
    const avoidGpu =
      this.losses.length > MAX_LOSSES_PER_MINUTE
        ? `The GPU was lost ${this.losses.length} times within a minute, so the work goes on without it.`
        : undefined;
    try {
      const next = await openBackend('auto', this.gpu, avoidGpu);
      // Somebody may have chosen another backend meanwhile: that choice stands.
      if (this.backend !== dead) return closeBackend(next);
      this.adopt(next);
      tell({ kind: 'device-restored', capabilities: next.capabilities });
      onRestored();
    } catch (error) {
      this.failure = new Error(
        `The GPU was lost and nothing could take its place: ${(error as Error).message} Reload the page.`,
      );
      tell({ kind: 'engine-failed', message: this.failure.message });
    } finally {
      this.rebuilding = null;
    }
  }

  private async isLost(backend: Backend): Promise<boolean> {
    if (backend.kind !== 'webgpu') return false;
    if (this.backend !== backend) return true;
    const grace = new Promise<false>((resolve) => setTimeout(() => resolve(false), LOSS_GRACE_MS));
    return Promise.race([backend.context.lost.then(() => true as const), grace]);
  }
}
