/** The compiled networks in use, of all families: the one unused for longest leaves first. */
import type { Memory } from './types';

/** What every family's runtime has. */
interface Runtime {
  readonly memory: {
    readonly weightsBytes: number;
    readonly weightsBuffers: number;
    readonly activationsBytes: number | null;
    readonly buffers: number | null;
  };
  dispose(): void;
}

export interface Taken<R> {
  readonly runtime: R;
  /** What compiling it took just now; 0 where it was compiled already. */
  readonly compileMs: number;
  /** Whether it was compiled before. */
  readonly known: boolean;
}

export class CompiledNetworks {
  /** Insertion order is order of use. */
  private readonly networks = new Map<string, { readonly modelId: string; readonly runtime: Runtime }>();
  /** The backend whose networks these are; null: whichever comes first. A run may still hold one that is gone. */
  private owner: object | null = null;

  /** @param kept how many stay */
  constructor(private readonly kept: number) {}

  /**
   * The network of a model for `shape` (a size, a batch), compiled where there is none: always the same `make` for the same shape.
   * @param owner the backend that `make` compiles for
   * @throws Error where that is not, or no longer, the one in force: nothing of a device that is gone is kept for the next one
   */
  async take<R extends Runtime>(
    owner: object,
    modelId: string,
    shape: string,
    make: () => Promise<R>,
  ): Promise<Taken<R>> {
    this.checkOwner(owner);
    const key = `${modelId} ${shape}`;
    const known = this.networks.get(key);
    if (known) {
      this.networks.delete(key);
      this.networks.set(key, known);
      return { runtime: known.runtime as R, compileMs: 0, known: true };
    }
    const started = performance.now();
    const runtime = await make();
    try {
      this.checkOwner(owner);
    } catch (error) {
      runtime.dispose();
      throw error;
    }
    this.networks.set(key, { modelId, runtime });
    for (const [oldest] of this.networks) {
      if (this.networks.size <= this.kept) break;
      this.drop(oldest);
    }
    return { runtime, compileMs: performance.now() - started, known: false };
  }

  /** Frees those of one model. */
  unload(modelId: string): void {
    for (const [key, network] of this.networks) if (network.modelId === modelId) this.drop(key);
  }

  /** Frees all: another backend takes over. */
  forget(next: object): void {
    this.owner = next;
    for (const key of this.networks.keys()) this.drop(key);
  }

  /** Memory of all. Weights are shared by the networks of one model, so they count once. */
  memory(): Memory {
    const weights = new Map<string, { bytes: number; buffers: number }>();
    let activationsBytes: number | null = 0;
    let buffers: number | null = 0;
    for (const { modelId, runtime } of this.networks.values()) {
      const { memory } = runtime;
      weights.set(modelId, { bytes: memory.weightsBytes, buffers: memory.weightsBuffers });
      activationsBytes = sum(activationsBytes, memory.activationsBytes);
      buffers = sum(buffers, memory.buffers);
    }
    let weightsBytes = 0;
    for (const shared of weights.values()) {
      weightsBytes += shared.bytes;
      buffers = sum(buffers, shared.buffers);
    }
    return { weightsBytes, activationsBytes, buffers };
  }

  private checkOwner(owner: object): void {
    if (this.owner && this.owner !== owner) throw new Error('The backend changed while the model was being compiled.');
  }

  private drop(key: string): void {
    this.networks.get(key)?.runtime.dispose();
    this.networks.delete(key);
  }
}

const sum = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
