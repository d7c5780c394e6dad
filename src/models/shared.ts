/** One value for all who ask with the same owner, key and kind; it is disposed with its last lease. */
export interface Lease<T> {
  readonly value: T;
  /** Calling it again does nothing. */
  release(): void;
}

interface Entry<T> {
  readonly value: T;
  users: number;
}

export class Shared<T extends { dispose(): void }> {
  private readonly owners = new WeakMap<object, WeakMap<object, Map<string, Entry<T>>>>();

  /** What is held now, without a lease; undefined where nobody asked for it, or all have gone. */
  peek(owner: object, key: object, kind: string): T | undefined {
    return this.owners.get(owner)?.get(key)?.get(kind)?.value;
  }

  acquire(owner: object, key: object, kind: string, make: () => T): Lease<T> {
    const keys = this.owners.get(owner) ?? new WeakMap<object, Map<string, Entry<T>>>();
    this.owners.set(owner, keys);
    const kinds = keys.get(key) ?? new Map<string, Entry<T>>();
    keys.set(key, kinds);
    const entry = kinds.get(kind) ?? { value: make(), users: 0 };
    kinds.set(kind, entry);
    entry.users++;
    let released = false;
    return {
      value: entry.value,
      release() {
        if (released) return;
        released = true;
        if (--entry.users > 0) return;
        entry.value.dispose();
        kinds.delete(kind);
      },
    };
  }
}
